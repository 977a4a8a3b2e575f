#include "word_table.h"

#include <algorithm>

namespace nlp {
namespace {

constexpr std::size_t kSlab = 512;     // rows that are allocated at once
constexpr std::size_t kTogether = 48;  // new words computed together

}  // namespace

// Words and their rows; slabs are never moved.
class WordTable::Memory {
  public:
    const unsigned char* row(std::size_t index, std::size_t row_size) const {
        return slabs[index / kSlab].data() + index % kSlab * row_size;
    }

    mutable std::shared_mutex mutex;
    StringTable indices;
    std::vector<Aligned<unsigned char>> slabs;
};

WordTable::WordTable(const WordFeatures& features, const Network& network)
    : features_(features), network_(network), memory_(std::make_shared<Memory>()) {}

WordTable::Hold WordTable::rows(const std::vector<std::string_view>& words,
                                std::vector<const unsigned char*>& rows) const {
    rows.resize(words.size());
    std::vector<std::string_view> missing;
    std::shared_ptr<Memory> memory;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        memory = memory_;
    }
    if (find(*memory, words, rows, missing)) return memory;
    std::sort(missing.begin(), missing.end());
    missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
    bool is_full = false;
    {
        const std::shared_lock<std::shared_mutex> lock(memory->mutex);
        is_full = memory->indices.size() + missing.size() > kMostWords;
    }
    if (is_full) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (memory_ == memory) memory_ = std::make_shared<Memory>();
        memory = memory_;
        missing = words;
    }
    add(*memory, missing);
    missing.clear();
    find(*memory, words, rows, missing);
    return memory;
}

// Whether all words are there; those that aren't are appended.
bool WordTable::find(const Memory& memory, const std::vector<std::string_view>& words,
                     std::vector<const unsigned char*>& rows,
                     std::vector<std::string_view>& missing) const {
    const std::shared_lock<std::shared_mutex> lock(memory.mutex);
    for (std::size_t word = 0; word < words.size(); ++word) {
        const std::uint32_t index = memory.indices.find(words[word]);
        if (index == StringTable::kMissing) {
            missing.push_back(words[word]);
        } else {
            rows[word] = memory.row(index, network_.row_size());
        }
    }
    return missing.empty();
}

void WordTable::add(Memory& memory, const std::vector<std::string_view>& words) const {
    const std::size_t width = padded(features_.size());
    const std::size_t row_size = network_.row_size();
    Aligned<float> features(kTogether * width);
    Aligned<unsigned char> rows(kTogether * row_size);
    for (std::size_t first = 0; first < words.size(); first += kTogether) {
        const std::size_t count = std::min(kTogether, words.size() - first);
        for (std::size_t word = 0; word < count; ++word) {
            features_.compute(words[first + word], features.data() + word * width);
        }
        network_.fill_rows(features.data(), count, rows.data());
        const std::unique_lock<std::shared_mutex> lock(memory.mutex);
        for (std::size_t word = 0; word < count; ++word) {
            const std::size_t index = memory.indices.size();
            if (index == memory.slabs.size() * kSlab) memory.slabs.emplace_back(kSlab * row_size);
            // Another thread may have been faster, or the word is there twice.
            if (!memory.indices.add(words[first + word], static_cast<std::uint32_t>(index))) {
                continue;
            }
            std::memcpy(memory.slabs.back().data() + index % kSlab * row_size,
                        rows.data() + word * row_size, row_size);
        }
    }
}

}  // namespace nlp

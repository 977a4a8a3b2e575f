#include "splitter.h"

#include <mutex>

#include "errors.h"
#include "unicode.h"
#include "utf8.h"

namespace nlp {
namespace {

constexpr std::size_t kMaximumStretches = 65'536;  // kept; then the memory starts anew
constexpr std::size_t kLongestKnown = 64;          // code points of those that are kept

// The size of a word in bytes and in code points, both far below 2^16.
std::uint32_t packed(std::size_t bytes, std::size_t letters) {
    return static_cast<std::uint32_t>(bytes << 16 | letters);
}

// str.isspace of ASCII: tab to carriage return, the four separators, and the space.
bool is_ascii_space(unsigned char byte) {
    return byte <= ' ' && (byte == ' ' || (byte >= '\t' && byte <= '\r') || byte >= 0x1C);
}

// A walk through a text, stretch by stretch; what isn't white space is cut after `longest`
// characters.
class Stretches {
  public:
    Stretches(std::string_view text, std::size_t longest) : text_(text), longest_(longest) {}

    std::size_t byte = 0;     // where the stretch begins
    std::size_t letter = 0;   // the same in code points
    std::size_t letters = 0;  // its code points

    std::string_view stretch() const { return text_.substr(byte, place_ - byte); }

    // Goes on to the next stretch: at most so many characters that aren't white space.
    bool next() {
        letter += letters;
        while (place_ < text_.size() && take(true)) ++letter;
        byte = place_;
        letters = 0;
        while (place_ < text_.size() && letters < longest_ && take(false)) ++letters;
        return letters > 0;
    }

  private:
    // Passes by a character if it's white space or if it isn't, as wanted.
    bool take(bool wanted_space) {
        const auto first = static_cast<unsigned char>(text_[place_]);
        if (first < 0x80) {
            if (is_ascii_space(first) != wanted_space) return false;
            ++place_;
            return true;
        }
        std::size_t after = place_;
        if (character(next_code_point(text_, after)).is_space() != wanted_space) return false;
        place_ = after;
        return true;
    }

    std::string_view text_;
    std::size_t longest_;
    std::size_t place_ = 0;
};

// Words of any length: nothing is looked for in them, so nothing takes long.
void split_at_spaces(std::string_view text, std::vector<Word>& words) {
    for (Stretches walk(text, UINT32_MAX); walk.next();) {
        const auto byte = static_cast<std::uint32_t>(walk.byte);
        const auto letter = static_cast<std::uint32_t>(walk.letter);
        const auto bytes = static_cast<std::uint32_t>(walk.stretch().size());
        words.push_back(
            {byte, byte + bytes, letter, letter + static_cast<std::uint32_t>(walk.letters)});
    }
}

}  // namespace

Splitter::Splitter(const Json& rules)
    : rules_(rules.is_null() ? nullptr : std::make_unique<const SplittingRules>(rules)) {}

void Splitter::split(std::string_view text, std::vector<Word>& words) const {
    words.clear();
    if (text.size() > UINT32_MAX) throw DataError("text: expected less than 4 GB");
    if (!is_utf8(text)) throw DataError("text: expected UTF-8");
    if (rules_ == nullptr) {
        split_at_spaces(text, words);
    } else {
        split_by_rules(text, words);
    }
}

void Splitter::split_by_rules(std::string_view text, std::vector<Word>& words) const {
    std::vector<std::uint32_t> sizes;
    std::shared_lock<std::shared_mutex> lock(mutex_);
    for (Stretches walk(text, kLongestStretch); walk.next();) {
        const std::string_view stretch = walk.stretch();
        const std::uint32_t* size = nullptr;
        std::uint32_t count = 0;
        if (const std::uint32_t* found = known(stretch)) {
            count = *found;
            size = found + 1;
        } else {
            lock.unlock();
            split_new(stretch, sizes);
            if (walk.letters <= kLongestKnown) remember(stretch, sizes);
            lock.lock();
            count = sizes.front();
            size = sizes.data() + 1;
        }
        auto byte = static_cast<std::uint32_t>(walk.byte);
        auto letter = static_cast<std::uint32_t>(walk.letter);
        for (; count > 0; --count, ++size) {
            const std::uint32_t byte_end = byte + (*size >> 16);
            const std::uint32_t end = letter + (*size & 0xFFFF);
            words.push_back({byte, byte_end, letter, end});
            byte = byte_end;
            letter = end;
        }
    }
}

const std::uint32_t* Splitter::known(std::string_view stretch) const {
    const std::uint32_t place = places_.find(stretch);
    return place == StringTable::kMissing ? nullptr : sizes_.data() + place;
}

// The number of words, then their sizes.
void Splitter::split_new(std::string_view text, std::vector<std::uint32_t>& sizes) const {
    const Stretch stretch(text);
    std::vector<Part> words;
    rules_->split(stretch, words);
    sizes.assign(1, static_cast<std::uint32_t>(words.size()));
    for (const Part& word : words) sizes.push_back(packed(stretch.bytes(word), word.size()));
}

void Splitter::remember(std::string_view stretch, const std::vector<std::uint32_t>& sizes) const {
    const std::unique_lock<std::shared_mutex> lock(mutex_);
    if (places_.size() >= kMaximumStretches) {
        places_.clear();
        sizes_.clear();
    }
    // Another thread may have been faster.
    if (!places_.add(stretch, static_cast<std::uint32_t>(sizes_.size()))) return;
    sizes_.insert(sizes_.end(), sizes.begin(), sizes.end());
}

}  // namespace nlp

// Words in a row that make up a special case: they become its words.
#include <algorithm>

#include "splitting_rules.h"

namespace nlp {

// The longest phrases come first, then those on the left. As in spaCy, a phrase that overlaps an
// earlier one isn't taken, and keeps its words from others all the same.
std::vector<std::uint32_t> SplittingRules::phrase_starts(const Stretch& stretch,
                                                         const std::vector<Part>& words,
                                                         std::vector<std::size_t>& sizes) const {
    std::vector<std::uint32_t> found(words.size(), StringTable::kMissing);
    std::vector<bool> is_taken(words.size(), false);
    std::string key;
    for (std::size_t size = std::min(words.size(), longest_phrase_); size > 0; --size) {
        for (std::size_t start = 0; start + size <= words.size(); ++start) {
            key.clear();
            for (std::size_t word = start; word < start + size; ++word) {
                key += stretch.text(words[word]);
                key += kBetweenWords;
            }
            const std::uint32_t special = phrases_.find(key);
            if (special == StringTable::kMissing) continue;
            if (!is_taken[start] && !is_taken[start + size - 1]) {
                found[start] = special;
                sizes[start] = size;
            }
            for (std::size_t word = start; word < start + size; ++word) is_taken[word] = true;
        }
    }
    return found;
}

void SplittingRules::join_phrases(const Stretch& stretch, std::vector<Part>& words) const {
    std::vector<std::size_t> sizes(words.size(), 1);
    const std::vector<std::uint32_t> starts = phrase_starts(stretch, words, sizes);
    const auto is_phrase = [](std::uint32_t start) { return start != StringTable::kMissing; };
    if (std::none_of(starts.begin(), starts.end(), is_phrase)) return;
    std::vector<Part> joined;
    for (std::size_t word = 0; word < words.size(); word += sizes[word]) {
        if (is_phrase(starts[word])) {
            add_special(starts[word], words[word].begin, joined);
        } else {
            joined.push_back(words[word]);
        }
    }
    words = std::move(joined);
}

}  // namespace nlp

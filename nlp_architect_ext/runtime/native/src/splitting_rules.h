// How a stretch of text without spaces is split into words: spaCy's rules as data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "json.h"
#include "pattern.h"
#include "stretch.h"
#include "string_table.h"

namespace nlp {

// The rules of one language (runtime/splitting.py, whose CompiledRules does the same). Safe for
// many threads.
class SplittingRules {
  public:
    // From the content of splitting.json. Throws DataError for rules without compiled patterns, and
    // for special cases whose words don't make up their text.
    explicit SplittingRules(const Json& rules);
    SplittingRules(const SplittingRules&) = delete;
    SplittingRules& operator=(const SplittingRules&) = delete;

    // The words of a stretch, one after the other without gaps; replaces `words`.
    void split(const Stretch& stretch, std::vector<Part>& words) const;

  private:
    static constexpr char kBetweenWords = '\x1F';  // of a phrase; a space, so it's in no stretch

    struct Special {
        std::size_t first;  // of its words' sizes in sizes_
        std::size_t count;
    };

    void read_special(const Json& special);
    void read_phrases(const Json& phrases);
    bool is_special(const Stretch& stretch, Part part) const;
    bool is_whole(const Stretch& stretch, Part part, PatternMemory& memory) const;
    void add_special(std::uint32_t number, std::size_t begin, std::vector<Part>& words) const;
    void take_apart(const Stretch& stretch, std::vector<Part>& words) const;
    void split_middle(const Stretch& stretch, Part part, PatternMemory& memory,
                      std::vector<Part>& words) const;
    void split_at_infixes(const Stretch& stretch, Part part, PatternMemory& memory,
                          std::vector<Part>& words) const;
    void join_phrases(const Stretch& stretch, std::vector<Part>& words) const;
    std::vector<std::uint32_t> phrase_starts(const Stretch& stretch, const std::vector<Part>& words,
                                             std::vector<std::size_t>& sizes) const;

    std::vector<CharacterSet> sets_;
    std::unique_ptr<const Pattern> prefix_, suffix_, infix_, url_, whole_;  // the last two: or none
    StringTable special_;  // from text to its place in specials_
    std::vector<Special> specials_;
    std::vector<std::size_t> sizes_;  // code points of the words of special cases
    StringTable phrases_;             // from words in a row to the special case that they are
    std::size_t longest_phrase_ = 0;  // words
};

}  // namespace nlp

// Sets of characters, as regular expressions have them in brackets.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "json.h"

namespace nlp {

// Characters in few kinds, to see at a glance what can't match: each ASCII character is one, others
// share 128, and the end of the text is the last.
constexpr std::size_t kKinds = 257;
constexpr std::size_t kEndKind = 256;
using Kinds = std::bitset<kKinds>;

inline std::size_t kind_of(char32_t point) { return point < 128 ? point : 128 + (point & 127); }

class CharacterSet {
  public:
    // Ranges, classes and whether all others are meant (runtime/patterns.py). Throws DataError.
    explicit CharacterSet(const Json& data);

    bool has(char32_t point) const {
        return point < first_.size() ? first_[point] : has_beyond(point);
    }
    // The kinds of its characters, and maybe some more.
    const Kinds& kinds() const { return kinds_; }

  private:
    void read_ranges(const Json& ranges);
    void read_classes(const Json& classes);
    void find_kinds();
    bool has_beyond(char32_t point) const;

    std::vector<char32_t> lasts_;   // of the ranges, in order
    std::vector<char32_t> firsts_;  // as many
    unsigned classes_ = 0;          // bits: word, digit, space, and without them
    bool is_negated_ = false;
    std::array<bool, 256> first_{};  // the answer for the first characters
    Kinds kinds_;
};

}  // namespace nlp

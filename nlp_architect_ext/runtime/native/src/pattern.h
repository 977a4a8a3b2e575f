// Regular expressions with the meaning of Python's `re`, in time linear in the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "character_set.h"
#include "json.h"

namespace nlp {

// A text, or a part of one: its code points, and their kinds.
struct Letters {
    const char32_t* points;
    const std::uint16_t* kinds;
    std::size_t size;

    std::size_t kind(std::size_t place) const { return place < size ? kinds[place] : kEndKind; }
};

// Where something matches: code points of the text.
struct Match {
    std::size_t begin;
    std::size_t end;
};

// What a search needs for itself, to be used again; one a thread.
class PatternMemory;

// One pattern, read from a tree (runtime/patterns.py) into states that lead to each other. A search
// goes on by the first way that may lead to a match and comes back to try the next one; it
// remembers each fork that it came to at each place, so it never tries a way twice. That is why
// there are no references to groups, and no repetitions of what may be empty. Safe for many
// threads, each with its own memory.
class Pattern {
  public:
    // Throws DataError for a tree that is damaged, or too large once its repetitions are written
    // out. The sets must outlive the pattern, at their place.
    Pattern(const Json& tree, const std::vector<CharacterSet>& sets);

    // Whether the text begins with a match.
    bool matches(const Letters& text, PatternMemory& memory) const;
    // The first match from a place on; with `must_advance` not an empty one at that very place.
    bool search(const Letters& text, std::size_t from, bool must_advance, PatternMemory& memory,
                Match& found) const;

  private:
    friend class PatternBuilder;
    friend class PatternRun;

    enum class Op : std::uint8_t { Accept, Letter, Set, Start, End, LineEnd, Fork, Look };
    struct State {
        Op op;
        bool is_negated = false;     // of Look
        std::uint32_t next = 0;      // not of Accept and Fork
        std::uint32_t value = 0;     // Letter: code point; Set: its number; Fork: its first way;
                                     // Look: the state where what is looked for begins
        std::uint32_t count = 0;     // Fork: ways; Look: characters to go back
        std::uint32_t memo = 0;      // Fork and Look: their place in the memory
        std::uint32_t dispatch = 0;  // Fork: where its table begins, and 1; 0 for none
    };

    const std::vector<CharacterSet>* sets_;
    std::vector<State> states_;
    std::vector<std::uint32_t> ways_;      // of the forks, in the order in which they're tried
    std::vector<Kinds> firsts_;            // kinds of what may come next, a state
    std::vector<std::uint32_t> dispatch_;  // a large fork: kKinds + 1 bounds in chosen_
    std::vector<std::uint32_t> chosen_;    // ways of large forks that a kind leaves
    std::uint32_t entry_ = 0;
    std::uint32_t memos_ = 0;
    bool only_at_start_ = false;
};

class PatternMemory {
  private:
    friend class Pattern;
    friend class PatternRun;

    // Ways that are left to try at a place.
    struct Choice {
        const std::uint32_t* way;
        const std::uint32_t* end;
        std::size_t place;
    };

    std::vector<std::uint64_t> seen_;  // a bit a fork and place
    std::vector<std::size_t> trail_;   // bits that were set inside of a look
    std::vector<Choice> choices_;
};

}  // namespace nlp

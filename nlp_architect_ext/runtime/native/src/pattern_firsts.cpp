// What may come next in each state of a pattern, so that a search passes by what can't match.
#include "pattern_builder.h"

namespace nlp {
namespace {

constexpr int kRounds = 4;                      // enough but for odd patterns, which stay right
constexpr std::size_t kMostChosen = 1'000'000;  // entries of all tables

}  // namespace

// Begins with everything and leaves out what can't be, so it may stop at any time.
void PatternBuilder::find_firsts() {
    Kinds every;
    every.set();
    pattern_.firsts_.assign(pattern_.states_.size(), every);
    for (int round = 0; round < kRounds; ++round) {
        for (std::size_t index = 0; index < pattern_.states_.size(); ++index) {
            pattern_.firsts_[index] = first_of(pattern_.states_[index]);
        }
    }
}

Kinds PatternBuilder::first_of(const State& state) const {
    const std::vector<Kinds>& firsts = pattern_.firsts_;
    Kinds found;
    switch (state.op) {
        case Op::Accept: return found.set();
        case Op::Letter: return found.set(kind_of(state.value));
        case Op::Set: return (*pattern_.sets_)[state.value].kinds();
        case Op::Start: return firsts[state.next];
        case Op::End: found.set(kEndKind); return found & firsts[state.next];
        case Op::LineEnd:
            found.set(kEndKind);
            found.set(kind_of('\n'));
            return found & firsts[state.next];
        case Op::Look: {
            const bool is_ahead = state.count == 0 && !state.is_negated;
            return is_ahead ? firsts[state.value] & firsts[state.next] : firsts[state.next];
        }
        case Op::Fork: break;
    }
    for (std::uint32_t way = 0; way < state.count; ++way) {
        found |= firsts[pattern_.ways_[state.value + way]];
    }
    return found;
}

// Whether each match begins at the start of the text. Begins with no, so it may stop at any time.
void PatternBuilder::find_anchor() {
    std::vector<bool> known(pattern_.states_.size(), false);
    for (int round = 0; round < kRounds; ++round) {
        for (std::size_t index = 0; index < known.size(); ++index) {
            known[index] = starts_at_start(index, known);
        }
    }
    pattern_.only_at_start_ = known[pattern_.entry_];
}

bool PatternBuilder::starts_at_start(std::size_t state, const std::vector<bool>& known) const {
    const State& here = pattern_.states_[state];
    if (here.op == Op::Start) return true;
    if (here.op == Op::Look || here.op == Op::End || here.op == Op::LineEnd) {
        return known[here.next];
    }
    if (here.op != Op::Fork) return false;
    for (std::uint32_t way = 0; way < here.count; ++way) {
        if (!known[pattern_.ways_[here.value + way]]) return false;
    }
    return true;
}

// A table from the kind of the next character to the ways of a fork that it leaves.
void PatternBuilder::add_dispatch(State& fork) {
    if (pattern_.chosen_.size() > kMostChosen) return;
    if (pattern_.dispatch_.size() > kMostChosen) return;
    const std::uint32_t* const ways = pattern_.ways_.data() + fork.value;
    fork.dispatch = static_cast<std::uint32_t>(pattern_.dispatch_.size() + 1);
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
        pattern_.dispatch_.push_back(static_cast<std::uint32_t>(pattern_.chosen_.size()));
        for (std::uint32_t way = 0; way < fork.count; ++way) {
            if (pattern_.firsts_[ways[way]][kind]) pattern_.chosen_.push_back(ways[way]);
        }
    }
    pattern_.dispatch_.push_back(static_cast<std::uint32_t>(pattern_.chosen_.size()));
}

}  // namespace nlp

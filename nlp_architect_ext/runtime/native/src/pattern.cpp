#include "pattern.h"

#include "pattern_builder.h"

namespace nlp {

Pattern::Pattern(const Json& tree, const std::vector<CharacterSet>& sets) : sets_(&sets) {
    PatternBuilder(*this).build(tree);
}

// A search in one text.
class PatternRun {
  public:
    using Op = Pattern::Op;
    using State = Pattern::State;

    PatternRun(const Pattern& pattern, const Letters& text, PatternMemory& memory)
        : pattern_(pattern), text_(text), memory_(memory) {
        const std::size_t bits = pattern.memos_ * (text.size + 1);
        memory_.seen_.assign(bits / 64 + 1, 0);
        memory_.trail_.clear();
        memory_.choices_.clear();
    }

    // Whether a match leads on from a state at a place, and where it ends; one that ends at
    // `forbidden` doesn't count.
    bool leads_on(std::uint32_t index, std::size_t place, std::size_t forbidden, std::size_t& end) {
        const std::size_t outer_choices = memory_.choices_.size();
        for (;;) {
            const State& state = pattern_.states_[index];
            if (state.op == Op::Accept && place != forbidden) {
                memory_.choices_.resize(outer_choices);
                end = place;
                return true;
            }
            if (step(state, index, place)) continue;
            if (memory_.choices_.size() == outer_choices) return false;
            take_choice(index, place);
        }
    }

  private:
    // Goes on from a state to the next; false where that can't be.
    bool step(const State& state, std::uint32_t& index, std::size_t& place) {
        bool is_right = false;
        switch (state.op) {
            case Op::Letter:
                is_right = place < text_.size && text_.points[place] == state.value;
                ++place;
                break;
            case Op::Set:
                is_right =
                    place < text_.size && (*pattern_.sets_)[state.value].has(text_.points[place]);
                ++place;
                break;
            case Op::Start: is_right = place == 0; break;
            case Op::End: is_right = place == text_.size; break;
            case Op::LineEnd:
                is_right =
                    place == text_.size || (place + 1 == text_.size && text_.points[place] == '\n');
                break;
            case Op::Look: is_right = is_new(state, place) && holds(state, place); break;
            case Op::Fork: return is_new(state, place) && choose(state, index, place);
            case Op::Accept: break;
        }
        index = state.next;
        return is_right;
    }

    // Remembers a state at a place; false if it's known, as then nothing was found from there.
    bool is_new(const State& state, std::size_t place) {
        const std::size_t bit = state.memo * (text_.size + 1) + place;
        const std::uint64_t mask = std::uint64_t{1} << (bit % 64);
        std::uint64_t& word = memory_.seen_[bit / 64];
        if ((word & mask) != 0) return false;
        word |= mask;
        if (looks_ > 0) memory_.trail_.push_back(bit);
        return true;
    }

    // Whether what is looked for is there, or isn't if it mustn't be.
    bool holds(const State& look, std::size_t place) {
        if (place < look.count) return look.is_negated;
        const std::size_t outer_trail = memory_.trail_.size();
        std::size_t end = 0;
        ++looks_;
        const bool is_there = leads_on(look.value, place - look.count, kNowhere, end);
        --looks_;
        if (is_there) {  // what was seen in it may lead on once more
            for (std::size_t mark = outer_trail; mark < memory_.trail_.size(); ++mark) {
                const std::size_t bit = memory_.trail_[mark];
                memory_.seen_[bit / 64] &= ~(std::uint64_t{1} << (bit % 64));
            }
        }
        if (is_there || looks_ == 0) memory_.trail_.resize(outer_trail);
        return is_there != look.is_negated;
    }

    // Takes the first way that the next character allows, and keeps the others for later.
    bool choose(const State& fork, std::uint32_t& index, std::size_t place) {
        const std::size_t kind = text_.kind(place);
        const std::uint32_t* way = pattern_.ways_.data() + fork.value;
        const std::uint32_t* end = way + fork.count;
        if (fork.dispatch != 0) {
            const std::uint32_t* bounds = pattern_.dispatch_.data() + fork.dispatch - 1 + kind;
            way = pattern_.chosen_.data() + bounds[0];
            end = pattern_.chosen_.data() + bounds[1];
        }
        return take_way(way, end, kind, index, place);
    }

    bool take_way(const std::uint32_t* way, const std::uint32_t* end, std::size_t kind,
                  std::uint32_t& index, std::size_t place) {
        while (way != end && !pattern_.firsts_[*way][kind]) ++way;
        if (way == end) return false;
        index = *way;
        if (++way != end) memory_.choices_.push_back({way, end, place});
        return true;
    }

    // Goes back to the last place where a way is left, if there is one that may lead on.
    void take_choice(std::uint32_t& index, std::size_t& place) {
        const PatternMemory::Choice choice = memory_.choices_.back();
        memory_.choices_.pop_back();
        place = choice.place;
        index = *choice.way;
        const std::uint32_t* next = choice.way + 1;
        if (next != choice.end) memory_.choices_.push_back({next, choice.end, place});
    }

    static constexpr std::size_t kNowhere = SIZE_MAX;

    const Pattern& pattern_;
    const Letters& text_;
    PatternMemory& memory_;
    int looks_ = 0;  // that the run is inside of
};

bool Pattern::matches(const Letters& text, PatternMemory& memory) const {
    if (!firsts_[entry_][text.kind(0)]) return false;
    std::size_t end = 0;
    return PatternRun(*this, text, memory).leads_on(entry_, 0, SIZE_MAX, end);
}

bool Pattern::search(const Letters& text, std::size_t from, bool must_advance,
                     PatternMemory& memory, Match& found) const {
    const std::size_t last = only_at_start_ ? 0 : text.size;
    const auto skip = [&](std::size_t place) {
        while (place <= last && !firsts_[entry_][text.kind(place)]) ++place;
        return place;
    };
    std::size_t begin = skip(from);
    if (begin > last) return false;
    PatternRun run(*this, text, memory);
    for (; begin <= last; begin = skip(begin + 1)) {
        const std::size_t forbidden = must_advance && begin == from ? from : SIZE_MAX;
        if (run.leads_on(entry_, begin, forbidden, found.end)) {
            found.begin = begin;
            return true;
        }
    }
    return false;
}

}  // namespace nlp

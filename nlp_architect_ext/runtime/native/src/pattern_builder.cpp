#include "pattern_builder.h"

#include <algorithm>

#include "errors.h"
#include "utf8.h"

namespace nlp {
namespace {

constexpr std::size_t kMostVisits =
    200'000;                              // states and parts of the tree, repetitions written out
constexpr std::size_t kMostTimes = 1000;  // of a repetition, unless it's endless
constexpr std::size_t kEndless = SIZE_MAX;
constexpr std::size_t kSmallFork = 3;  // ways that are tried one by one

struct Width {
    std::size_t least;
    std::size_t most;
};

Width width_of(const Json& tree);

std::size_t plus(std::size_t one, std::size_t two) {
    return one > kEndless - two ? kEndless : one + two;
}

std::size_t times(std::size_t width, std::size_t count) {
    if (width == 0 || count == 0) return 0;
    return width > kEndless / count ? kEndless : width * count;
}

Width width_of_object(const Json& tree) {
    if (const Json* ways = tree.find("or")) {
        Width found{kEndless, 0};
        for (const Json& way : ways->array()) {
            const Width width = width_of(way);
            found = {std::min(found.least, width.least), std::max(found.most, width.most)};
        }
        return found;
    }
    const Json* inner = tree.find("repeat");
    if (inner == nullptr) return {0, 0};
    const Width width = width_of(*inner);
    const Json& most = tree.at("most");
    return {times(width.least, tree.at("least").size()),
            times(width.most, most.is_null() ? kEndless : most.size())};
}

// The least and the most characters of what a tree matches.
Width width_of(const Json& tree) {
    switch (tree.kind()) {
        case Json::Kind::String: {
            const std::size_t size = count_code_points(tree.string());
            return {size, size};
        }
        case Json::Kind::Number: return {1, 1};
        case Json::Kind::Object: return width_of_object(tree);
        default: break;
    }
    Width sum{0, 0};
    for (const Json& item : tree.array()) {
        const Width width = width_of(item);
        sum = {plus(sum.least, width.least), plus(sum.most, width.most)};
    }
    return sum;
}

}  // namespace

void PatternBuilder::build(const Json& tree) {
    const std::uint32_t accept = add({Op::Accept});
    pattern_.entry_ = node(tree, accept);
    find_firsts();
    find_anchor();
    for (State& state : pattern_.states_) {
        if (state.op == Op::Fork && state.count > kSmallFork) add_dispatch(state);
    }
}

std::uint32_t PatternBuilder::add(const State& state) {
    if (++visits_ > kMostVisits) throw DataError("pattern: too large");
    pattern_.states_.push_back(state);
    State& added = pattern_.states_.back();
    if (added.op == Op::Fork || added.op == Op::Look) added.memo = pattern_.memos_++;
    return static_cast<std::uint32_t>(pattern_.states_.size() - 1);
}

std::uint32_t PatternBuilder::add_fork(const std::vector<std::uint32_t>& ways) {
    State fork{Op::Fork};
    fork.value = static_cast<std::uint32_t>(pattern_.ways_.size());
    fork.count = static_cast<std::uint32_t>(ways.size());
    pattern_.ways_.insert(pattern_.ways_.end(), ways.begin(), ways.end());
    return add(fork);
}

std::uint32_t PatternBuilder::node(const Json& tree, std::uint32_t next) {
    if (++visits_ > kMostVisits) throw DataError("pattern: too large");
    switch (tree.kind()) {
        case Json::Kind::String: return letters(tree.string(), next);
        case Json::Kind::Number: {
            State set{Op::Set};
            if (tree.size() >= pattern_.sets_->size()) throw DataError("pattern: no such set");
            set.value = static_cast<std::uint32_t>(tree.size());
            set.next = next;
            return add(set);
        }
        case Json::Kind::Object: return object(tree, next);
        default: break;
    }
    const std::vector<Json>& items = tree.array();
    for (auto item = items.rbegin(); item != items.rend(); ++item) next = node(*item, next);
    return next;
}

std::uint32_t PatternBuilder::letters(std::string_view text, std::uint32_t next) {
    const std::u32string points = decode_utf8(text);
    for (auto point = points.rbegin(); point != points.rend(); ++point) {
        State letter{Op::Letter};
        letter.value = static_cast<std::uint32_t>(*point);
        letter.next = next;
        next = add(letter);
    }
    return next;
}

std::uint32_t PatternBuilder::object(const Json& tree, std::uint32_t next) {
    if (tree.find("repeat") != nullptr) return repeat(tree, next);
    if (tree.object().size() != 1) throw DataError("pattern: expected an object of one member");
    const auto& [name, inner] = tree.object().front();
    if (name == "or") return choice(inner, next);
    if (name != "at") return look(name, inner, next);
    State place{Op::Start};
    if (inner.string() == "end") place.op = Op::End;
    if (inner.string() == "line end") place.op = Op::LineEnd;
    if (place.op == Op::Start && inner.string() != "start") {
        throw DataError("pattern: no place is called " + inner.string());
    }
    place.next = next;
    return add(place);
}

std::uint32_t PatternBuilder::choice(const Json& ways, std::uint32_t next) {
    std::vector<std::uint32_t> found;
    for (const Json& way : ways.array()) found.push_back(node(way, next));
    if (found.empty()) throw DataError("pattern: a choice of nothing");
    return found.size() == 1 ? found.front() : add_fork(found);
}

std::uint32_t PatternBuilder::repeat(const Json& tree, std::uint32_t next) {
    const Json& inner = tree.at("repeat");
    const Json* lazy = tree.find("lazy");
    const bool is_lazy = lazy != nullptr && lazy->boolean();
    const bool is_endless = tree.at("most").is_null();
    const std::size_t least = tree.at("least").size();
    const std::size_t most = is_endless ? least : tree.at("most").size();
    if (most < least || most > kMostTimes) throw DataError("pattern: a wrong number of times");
    if ((is_endless || most > 1) && width_of(inner).least == 0) {
        throw DataError("pattern: a repetition of what may be empty");
    }
    std::uint32_t entry = is_endless ? endless(inner, is_lazy, next) : next;
    for (std::size_t time = least; time < most; ++time) {
        const std::uint32_t body = node(inner, entry);
        entry = is_lazy ? add_fork({next, body}) : add_fork({body, next});
    }
    for (std::size_t time = 0; time < least; ++time) entry = node(inner, entry);
    return entry;
}

std::uint32_t PatternBuilder::endless(const Json& inner, bool is_lazy, std::uint32_t next) {
    const std::uint32_t fork = add_fork({next, next});
    const std::uint32_t first_way = pattern_.states_[fork].value;
    pattern_.ways_[first_way + (is_lazy ? 1 : 0)] = node(inner, fork);
    return fork;
}

std::uint32_t PatternBuilder::look(const std::string& name, const Json& inner, std::uint32_t next) {
    State state{Op::Look};
    state.is_negated = name == "not ahead" || name == "not behind";
    if (name == "behind" || name == "not behind") {
        const Width width = width_of(inner);
        if (width.least != width.most || width.most > kMostVisits) {
            throw DataError("pattern: a look behind of several widths");
        }
        state.count = static_cast<std::uint32_t>(width.least);
    } else if (name != "ahead" && name != "not ahead") {
        throw DataError("pattern: nothing is called " + name);
    }
    state.value = node(inner, add({Op::Accept}));
    state.next = next;
    return add(state);
}

}  // namespace nlp

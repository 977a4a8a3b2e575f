// From a pattern's tree to its states.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "json.h"
#include "pattern.h"

namespace nlp {

// Builds backwards: each part of a tree is given the state that follows it.
class PatternBuilder {
  public:
    explicit PatternBuilder(Pattern& pattern) : pattern_(pattern) {}

    void build(const Json& tree);

  private:
    using Op = Pattern::Op;
    using State = Pattern::State;

    std::uint32_t add(const State& state);
    std::uint32_t add_fork(const std::vector<std::uint32_t>& ways);
    std::uint32_t node(const Json& tree, std::uint32_t next);
    std::uint32_t letters(std::string_view text, std::uint32_t next);
    std::uint32_t object(const Json& tree, std::uint32_t next);
    std::uint32_t choice(const Json& ways, std::uint32_t next);
    std::uint32_t repeat(const Json& tree, std::uint32_t next);
    std::uint32_t endless(const Json& inner, bool is_lazy, std::uint32_t next);
    std::uint32_t look(const std::string& name, const Json& inner, std::uint32_t next);

    void find_firsts();
    Kinds first_of(const State& state) const;
    bool starts_at_start(std::size_t state, const std::vector<bool>& known) const;
    void find_anchor();
    void add_dispatch(State& fork);

    Pattern& pattern_;
    std::size_t visits_ = 0;  // to parts of the tree
};

}  // namespace nlp

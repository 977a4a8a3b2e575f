// Text into words with their places, with a memory of the stretches that come again and again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <string_view>
#include <vector>

#include "json.h"
#include "splitting_rules.h"
#include "string_table.h"

namespace nlp {

// Where a word lies in its text: bytes, and code points.
struct Word {
    std::uint32_t byte_start;
    std::uint32_t byte_end;
    std::uint32_t start;
    std::uint32_t end;
};

// Splits as runtime/splitting.py's RuleSplitter does. Any number of threads may use one.
class Splitter {
  public:
    // From the content of splitting.json; null splits at white space only. Throws DataError.
    explicit Splitter(const Json& rules);

    // The words of a text; replaces `words`. Throws DataError for what isn't UTF-8 (lone surrogates
    // are allowed), or 4 GB.
    void split(std::string_view text, std::vector<Word>& words) const;

  private:
    void split_by_rules(std::string_view text, std::vector<Word>& words) const;
    const std::uint32_t* known(std::string_view stretch) const;
    void split_new(std::string_view stretch, std::vector<std::uint32_t>& sizes) const;
    void remember(std::string_view stretch, const std::vector<std::uint32_t>& sizes) const;

    std::unique_ptr<const SplittingRules> rules_;
    // The number of a stretch's words, then the size of each, from a place in sizes_ on.
    mutable std::shared_mutex mutex_;
    mutable StringTable places_;
    mutable std::vector<std::uint32_t> sizes_;
};

}  // namespace nlp

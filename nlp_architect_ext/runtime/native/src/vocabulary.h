// Words and characters as ids, as data/vocabulary.py gives them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "json.h"
#include "string_table.h"

namespace nlp {

// The vocabulary of a tagger. Word id 0 is padding, 1 the unknown word; character id 0 is padding,
// 1 to 30 the categories of Unicode that rare characters share. Words are valid UTF-8, lone
// surrogates allowed; any number of threads may ask at once.
class Vocabulary {
  public:
    static constexpr std::uint32_t kPadding = 0;
    static constexpr std::uint32_t kUnknown = 1;

    // From the content of vocabulary.json. Throws DataError for anything that Vocabulary.from_json
    // refuses, and for the vocabularies of imported NLP Architect models, which aren't exported.
    explicit Vocabulary(const Json& data);

    // Word ids, special ones and pieces included: the rows of a word embedding.
    std::size_t word_count() const { return word_count_; }
    // Character ids, padding and categories included.
    std::size_t character_count() const { return character_count_; }

    // The id of a word whatever its case; kUnknown for one that isn't known.
    std::uint32_t word_id(std::string_view word) const;
    // One id a character; replaces `ids`.
    void character_ids(std::string_view word, std::vector<std::uint32_t>& ids) const;
    // The ids of the parts of a word, itself not among them; at least one; replaces `ids`. The
    // longest known word that it begins with, then the longest pieces, one after the other.
    void part_ids(std::string_view word, std::vector<std::uint32_t>& ids) const;

  private:
    void add_characters(const std::vector<Json>& characters);
    std::uint32_t character_id(char32_t point) const;
    std::uint32_t longest_part(std::string_view word, std::size_t start, std::size_t& end) const;

    StringTable words_;
    StringTable pieces_;
    // The lengths that words and pieces have, in bytes, the longest first: a long word isn't cut
    // where no part could end.
    std::vector<std::size_t> word_lengths_;
    std::vector<std::size_t> piece_lengths_;
    std::size_t word_count_ = 0;
    std::size_t character_count_ = 0;
    std::array<std::uint32_t, 128> ascii_{};                  // id of each ASCII character
    std::vector<std::pair<char32_t, std::uint32_t>> others_;  // frequent ones beyond, in order
};

}  // namespace nlp

// What is known of each character, as Python knows it: general category, classes, lower case.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nlp {

// A character's properties. `category` counts in the order of CATEGORIES (data/vocabulary.py).
struct Character {
    std::uint8_t category;
    std::uint8_t flags;
    std::int32_t to_lower;  // what leads to its lower case; U+0130 alone has a longer one

    bool is_space() const { return (flags & 1) != 0; }       // str.isspace, \s
    bool is_word() const { return (flags & 2) != 0; }        // str.isalnum or an underscore, \w
    bool is_digit() const { return (flags & 4) != 0; }       // str.isdecimal, \d
    bool is_upper() const { return (flags & 8) != 0; }       // str.isupper
    bool is_cased() const { return (flags & 16) != 0; }      // and not ignorable
    bool is_ignorable() const { return (flags & 32) != 0; }  // Case_Ignorable of Unicode
};

constexpr unsigned kCategoryCount = 30;

// The properties of a code point; those of an unassigned one for numbers that are none.
const Character& character(char32_t point);

// The version of Unicode that the tables are of.
std::string_view unicode_version();

// The lower case of valid UTF-8 as str.lower gives it, final sigma included; replaces `lowered`.
void lower_case(std::string_view text, std::string& lowered);

}  // namespace nlp

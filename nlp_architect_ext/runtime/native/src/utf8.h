// UTF-8 in and out, code point by code point; lone surrogates are three bytes, as in WTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nlp {

// Bytes of the code point that begins with this byte; 0 for a byte that can't begin one.
inline std::size_t utf8_length(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return 2;
    if (first >= 0xE0 && first < 0xF0) return 3;
    if (first >= 0xF0 && first < 0xF5) return 4;
    return 0;
}

// The code point at a place of valid UTF-8; the place moves behind it.
inline char32_t next_code_point(std::string_view text, std::size_t& place) {
    const auto byte = [&](std::size_t offset) {
        return static_cast<char32_t>(static_cast<unsigned char>(text[place + offset]));
    };
    const char32_t first = byte(0);
    const std::size_t length = utf8_length(static_cast<unsigned char>(first));
    char32_t found = first;
    if (length == 2) {
        found = (first & 0x1F) << 6 | (byte(1) & 0x3F);
    } else if (length == 3) {
        found = (first & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    } else if (length == 4) {
        found = (first & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 |
                (byte(3) & 0x3F);
    }
    place += length;
    return found;
}

// Whether a text is UTF-8: no byte too few, no code point written longer than need be.
inline bool is_utf8(std::string_view text) {
    std::size_t place = 0;
    while (place < text.size()) {
        const std::size_t length = utf8_length(static_cast<unsigned char>(text[place]));
        if (length == 0 || length > text.size() - place) return false;
        for (std::size_t offset = 1; offset < length; ++offset) {
            if ((static_cast<unsigned char>(text[place + offset]) & 0xC0) != 0x80) return false;
        }
        std::size_t after = place;
        const char32_t found = next_code_point(text, after);
        const bool is_longest = (length < 3 || found >= 0x800) && (length < 4 || found >= 0x10000);
        if (!is_longest || found > 0x10FFFF) return false;
        place = after;
    }
    return true;
}

// Code points of valid UTF-8.
inline std::size_t count_code_points(std::string_view text) {
    std::size_t count = 0;
    for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
    return count;
}

inline void append_utf8(char32_t point, std::string& text) {
    const auto push = [&](char32_t byte) { text += static_cast<char>(byte); };
    if (point < 0x80) {
        push(point);
    } else if (point < 0x800) {
        push(0xC0 | point >> 6);
        push(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        push(0xE0 | point >> 12);
        push(0x80 | (point >> 6 & 0x3F));
        push(0x80 | (point & 0x3F));
    } else {
        push(0xF0 | point >> 18);
        push(0x80 | (point >> 12 & 0x3F));
        push(0x80 | (point >> 6 & 0x3F));
        push(0x80 | (point & 0x3F));
    }
}

// The code points of valid UTF-8.
inline std::u32string decode_utf8(std::string_view text) {
    std::u32string found;
    found.reserve(text.size());
    for (std::size_t place = 0; place < text.size();) found += next_code_point(text, place);
    return found;
}

}  // namespace nlp

#include "unicode.h"

#include "utf8.h"

namespace nlp {
namespace {

#include "unicode_tables.inc"

constexpr char32_t kCapitalSigma = 0x3A3;
constexpr char32_t kSmallSigma = 0x3C3;
constexpr char32_t kFinalSigma = 0x3C2;
constexpr char32_t kCapitalDottedI = 0x130;
constexpr std::string_view kSmallDottedI = "i\xCC\x87";  // with a combining dot above
constexpr char32_t kUnassigned = 0x10FFFF;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Whether the last character before a place, ignorable ones left out, has case.
bool follows_cased(std::string_view text, std::size_t place) {
    while (place > 0) {
        --place;
        while (place > 0 && is_continuation(text[place])) --place;
        std::size_t after = place;
        const Character& found = character(next_code_point(text, after));
        if (!found.is_ignorable()) return found.is_cased();
    }
    return false;
}

// The same of the first one from a place on.
bool precedes_cased(std::string_view text, std::size_t place) {
    while (place < text.size()) {
        const Character& found = character(next_code_point(text, place));
        if (!found.is_ignorable()) return found.is_cased();
    }
    return false;
}

void lower_any(std::string_view text, std::string& lowered) {
    for (std::size_t place = 0; place < text.size();) {
        const std::size_t start = place;
        const char32_t point = next_code_point(text, place);
        if (point == kCapitalDottedI) {
            lowered += kSmallDottedI;
        } else if (point == kCapitalSigma) {
            const bool is_final = follows_cased(text, start) && !precedes_cased(text, place);
            append_utf8(is_final ? kFinalSigma : kSmallSigma, lowered);
        } else {
            const std::int32_t step = character(point).to_lower;
            append_utf8(point + static_cast<char32_t>(step), lowered);
        }
    }
}

}  // namespace

const Character& character(char32_t point) {
    if (point > kUnassigned) point = kUnassigned;
    const char32_t block = kBlockOf[point / kBlockSize];
    return kCharacters[kRecordOf[block * kBlockSize + point % kBlockSize]];
}

std::string_view unicode_version() { return kUnicodeVersion; }

void lower_case(std::string_view text, std::string& lowered) {
    lowered.clear();
    for (const char byte : text) {
        if (static_cast<unsigned char>(byte) >= 0x80) {
            lowered.clear();
            return lower_any(text, lowered);
        }
        lowered += (byte >= 'A' && byte <= 'Z') ? static_cast<char>(byte + ('a' - 'A')) : byte;
    }
}

}  // namespace nlp

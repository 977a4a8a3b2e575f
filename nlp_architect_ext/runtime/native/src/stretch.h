// A stretch of text without spaces, as patterns and tables want to see it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "pattern.h"
#include "utf8.h"

namespace nlp {

// The longest stretch that is split at once (data/formats/text.py): a longer one is cut.
constexpr std::size_t kLongestStretch = 300;

// Part of a stretch: code points from `begin` to before `end`.
struct Part {
    std::size_t begin;
    std::size_t end;

    std::size_t size() const { return end - begin; }
};

class Stretch {
  public:
    explicit Stretch(std::string_view text) : text_(text) {
        for (std::size_t place = 0; place < text.size();) {
            bytes_.push_back(place);
            points_.push_back(next_code_point(text, place));
            kinds_.push_back(static_cast<std::uint16_t>(kind_of(points_.back())));
        }
        bytes_.push_back(text.size());
    }

    Part whole() const { return {0, points_.size()}; }
    std::string_view text(Part part) const { return text_.substr(bytes_[part.begin], bytes(part)); }
    std::size_t bytes(Part part) const { return bytes_[part.end] - bytes_[part.begin]; }
    // A part as a text of its own, that patterns don't look out of.
    Letters letters(Part part) const {
        return {points_.data() + part.begin, kinds_.data() + part.begin, part.size()};
    }

  private:
    std::string_view text_;
    std::vector<std::size_t> bytes_;  // where each code point begins, and the end
    std::vector<char32_t> points_;
    std::vector<std::uint16_t> kinds_;
};

}  // namespace nlp

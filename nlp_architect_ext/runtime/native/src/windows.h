// Long sentences in overlapping windows, as core/windows.py cuts them.
#pragma once

#include <cstddef>
#include <vector>

namespace nlp {

// Words that are read, `start` to `end`, and those whose results are kept.
struct Window {
    std::size_t start;
    std::size_t end;
    std::size_t keep_start;
    std::size_t keep_end;
};

// Windows of at most `size` words, at least 1, over `length` words, at least 1.
inline std::vector<Window> windows(std::size_t length, std::size_t size) {
    constexpr std::size_t kOverlap = 32;  // words of context that neighbours share
    if (length <= size) return {{0, length, 0, length}};
    const std::size_t overlap = size / 2 < kOverlap ? size / 2 : kOverlap;
    const std::size_t last_start = length - size;
    const std::size_t step = size - overlap;
    const std::size_t gaps = (last_start + step - 1) / step;
    std::vector<Window> found;
    std::size_t keep = 0;
    for (std::size_t index = 0; index <= gaps; ++index) {
        const std::size_t start = index * last_start / gaps;
        const std::size_t next = (index + 1) * last_start / gaps;
        // Two neighbours meet in the middle of what they share.
        const std::size_t meet = index == gaps ? length : (next + start + size + 1) / 2;
        found.push_back({start, start + size, keep, meet});
        keep = meet;
    }
    return found;
}

}  // namespace nlp

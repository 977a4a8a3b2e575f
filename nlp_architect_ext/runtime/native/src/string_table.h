// A table from strings to numbers: one owned buffer, open addressing, one look at memory a hit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nlp {

class StringTable {
  public:
    static constexpr std::uint32_t kMissing = UINT32_MAX;

    // Room for so many strings and bytes without growing.
    void reserve(std::size_t strings, std::size_t bytes);
    // False, and nothing changed, if the string is there. Throws DataError beyond 4 GB.
    bool add(std::string_view text, std::uint32_t value);
    // The value of a string, or kMissing.
    std::uint32_t find(std::string_view text) const;
    std::size_t size() const { return size_; }
    void clear();

  private:
    struct Slot {
        std::uint32_t hash;
        std::uint32_t begin;
        std::uint32_t length;  // kMissing where the slot is free
        std::uint32_t value;
    };

    std::size_t slot_of(std::string_view text, std::uint32_t hash) const;
    void grow(std::size_t slots);

    std::string bytes_;
    std::vector<Slot> slots_;  // a power of two of them, at most half full
    std::size_t size_ = 0;
};

}  // namespace nlp

// Numbers in memory that begin where a vector register's loads are fastest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nlp {

// Zeros at first; it grows and never shrinks, so whoever keeps it allocates seldom.
template <typename Number>
class Aligned {
  public:
    Aligned() = default;
    Aligned(const Aligned&) = delete;
    Aligned& operator=(const Aligned&) = delete;
    Aligned(Aligned&&) = default;
    Aligned& operator=(Aligned&&) = default;

    // Makes room for so many numbers; what was in it is lost if it grows.
    void reserve(std::size_t count) {
        if (count <= count_) return;
        numbers_.assign(count + kLine / sizeof(Number), Number());
        count_ = count;
        const std::size_t beyond = reinterpret_cast<std::uintptr_t>(numbers_.data()) % kLine;
        first_ = beyond == 0 ? 0 : (kLine - beyond) / sizeof(Number);
    }

    Number* data() { return numbers_.data() + first_; }
    const Number* data() const { return numbers_.data() + first_; }

  private:
    static constexpr std::size_t kLine = 64;  // bytes of a cache line, and of an AVX-512 register

    std::vector<Number> numbers_;
    std::size_t count_ = 0;
    std::size_t first_ = 0;
};

}  // namespace nlp

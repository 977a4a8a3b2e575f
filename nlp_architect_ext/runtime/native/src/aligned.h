// Arrays that begin at a cache line, so that no load of a vector crosses two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

namespace nlp {

// Numbers of a trivial type, all zero at first; it moves, and isn't copied.
template <class Number>
class Aligned {
  public:
    Aligned() = default;
    explicit Aligned(std::size_t count)
        : data_(static_cast<Number*>(::operator new(bytes(count), kLine))), count_(count) {
        std::memset(data_.get(), 0, bytes(count));
    }

    Number* data() { return data_.get(); }
    const Number* data() const { return data_.get(); }
    std::size_t size() const { return count_; }
    Number& operator[](std::size_t index) { return data_.get()[index]; }
    const Number& operator[](std::size_t index) const { return data_.get()[index]; }

    // Room for this many; what was in it is lost if it had less.
    void reserve(std::size_t count) {
        if (count > count_) *this = Aligned(count);
    }

  private:
    static constexpr std::align_val_t kLine{64};

    struct Free {
        void operator()(Number* data) const { ::operator delete(data, kLine); }
    };

    // Never empty, and a line more than asked for: vectors may read past the last number.
    static std::size_t bytes(std::size_t count) {
        constexpr auto kMargin = static_cast<std::size_t>(kLine);
        if (count > (SIZE_MAX - kMargin) / sizeof(Number)) throw std::bad_alloc();
        return count * sizeof(Number) + kMargin;
    }

    std::unique_ptr<Number, Free> data_;
    std::size_t count_ = 0;
};

}  // namespace nlp

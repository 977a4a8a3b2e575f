// Vectors of 16 numbers without any processor's own instructions.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "isa.h"

namespace nlp {
namespace portable {
namespace {

#if defined(__GNUC__)
// What gcc and clang compute in whatever vectors the processor has.
template <class Number>
struct Whole {
    typedef Number Type __attribute__((vector_size(kBlock * sizeof(Number))));
};
template <class Number>
using Vector16 = typename Whole<Number>::Type;
#else
template <class Number>
struct Vector16 {
    Number lanes[kBlock];
    Number& operator[](std::size_t lane) { return lanes[lane]; }
    const Number& operator[](std::size_t lane) const { return lanes[lane]; }
};

#define NLP_EACH_LANE(SIGN)                                                \
    template <class Number>                                                \
    NLP_INLINE Vector16<Number> operator SIGN(const Vector16<Number>& a,   \
                                              const Vector16<Number>& b) { \
        Vector16<Number> found;                                            \
        for (std::size_t lane = 0; lane < kBlock; ++lane) {                \
            found[lane] = a[lane] SIGN b[lane];                            \
        }                                                                  \
        return found;                                                      \
    }
NLP_EACH_LANE(+)
NLP_EACH_LANE(-)
NLP_EACH_LANE(*)
NLP_EACH_LANE(/)
#undef NLP_EACH_LANE
#endif

using Floats = Vector16<float>;
using Ints = Vector16<std::int32_t>;

template <class Number>
NLP_INLINE Vector16<Number> load(const void* place) {
    Vector16<Number> found;
    std::memcpy(&found, place, sizeof found);
    return found;
}

NLP_INLINE Floats all(float value) {
#if defined(__GNUC__)
    return value - Floats{};
#else
    Floats found;
    for (std::size_t lane = 0; lane < kBlock; ++lane) found[lane] = value;
    return found;
#endif
}

// As x86 does it: the second where one isn't a number.
NLP_INLINE Floats largest(const Floats& a, const Floats& b) {
#if defined(__GNUC__)
    return a > b ? a : b;
#else
    Floats found;
    for (std::size_t lane = 0; lane < kBlock; ++lane)
        found[lane] = a[lane] > b[lane] ? a[lane] : b[lane];
    return found;
#endif
}

NLP_INLINE Floats smallest(const Floats& a, const Floats& b) {
#if defined(__GNUC__)
    return a < b ? a : b;
#else
    Floats found;
    for (std::size_t lane = 0; lane < kBlock; ++lane)
        found[lane] = a[lane] < b[lane] ? a[lane] : b[lane];
    return found;
#endif
}

NLP_INLINE Floats with_sign(const Floats& a, const Floats& b) {
    Floats found;
#if defined(__GNUC__)
    Ints size, sign;
    std::memcpy(&size, &a, sizeof size);
    std::memcpy(&sign, &b, sizeof sign);
    const Ints bits = (size & 0x7FFFFFFF) | (sign & ~0x7FFFFFFF);
    std::memcpy(&found, &bits, sizeof found);
#else
    for (std::size_t lane = 0; lane < kBlock; ++lane) found[lane] = std::copysign(a[lane], b[lane]);
#endif
    return found;
}

// To the nearest whole number, ties to even, for sizes below 2²².
NLP_INLINE Floats to_nearest(const Floats& a) {
    const Floats shift = all(12582912);  // 1.5 · 2²³: what lies behind the point is rounded off
    return (a + shift) - shift;
}

NLP_INLINE Floats to_floats(const Ints& a) {
#if defined(__GNUC__)
    return __builtin_convertvector(a, Floats);
#else
    Floats found;
    for (std::size_t lane = 0; lane < kBlock; ++lane) found[lane] = static_cast<float>(a[lane]);
    return found;
#endif
}

// 2 to the power of whole numbers from -126 to 127.
NLP_INLINE Floats power_of_2(const Floats& a) {
    Floats found;
#if defined(__GNUC__)
    const Ints bits = (__builtin_convertvector(a, Ints) + 127) << 23;
    std::memcpy(&found, &bits, sizeof found);
#else
    for (std::size_t lane = 0; lane < kBlock; ++lane) {
        const auto bits = static_cast<std::uint32_t>(static_cast<std::int32_t>(a[lane]) + 127)
                          << 23;
        float power;
        std::memcpy(&power, &bits, sizeof power);
        found[lane] = power;
    }
#endif
    return found;
}

// Half floats by their bits: the exponent is moved by a multiplication, which also makes numbers
// below the smallest normal half right.
NLP_INLINE Floats from_halves(const Half* place) {
    Floats found;
#if defined(__GNUC__)
    using Bits = Vector16<std::uint32_t>;
    const Bits halves = __builtin_convertvector(load<std::uint16_t>(place), Bits);
    const Bits bits = (halves & 0x7FFFU) << 13 | (halves & 0x8000U) << 16;
    std::memcpy(&found, &bits, sizeof found);
#else
    for (std::size_t lane = 0; lane < kBlock; ++lane) {
        const std::uint32_t half = place[lane];
        const std::uint32_t bits = (half & 0x7FFFU) << 13 | (half & 0x8000U) << 16;
        float value;
        std::memcpy(&value, &bits, sizeof value);
        found[lane] = value;
    }
#endif
    return found * all(5.192296858534828e33F);  // 2¹¹²
}

NLP_INLINE Half to_half(float value) {
    constexpr float kLargest = 65504;
    constexpr float kSmallest = 6.103515625e-5F;  // of the normal halves, 2⁻¹⁴
    constexpr float kShift = 12582912;            // as in to_nearest
    const float size = std::fmin(std::fabs(value), kLargest);
    const std::uint32_t sign = std::signbit(value) ? 0x8000U : 0U;
    if (size < kSmallest) {  // in units of 2⁻²⁴
        const float units = (size * 16777216 + kShift) - kShift;
        return static_cast<Half>(sign | static_cast<std::uint32_t>(units));
    }
    std::uint32_t bits;
    std::memcpy(&bits, &size, sizeof bits);
    bits += 0xFFF + (bits >> 13 & 1);  // to the nearest, ties to even
    return static_cast<Half>(sign | ((bits >> 13) - (112U << 10)));
}

// The same for 16 numbers.
NLP_INLINE void store_halves(Half* place, const Floats& value) {
#if defined(__GNUC__)
    using Bits = Vector16<std::uint32_t>;
    Bits bits;
    std::memcpy(&bits, &value, sizeof bits);
    const Bits sign = bits >> 16 & 0x8000U;
    bits &= 0x7FFFFFFFU;
    Floats size;
    std::memcpy(&size, &bits, sizeof size);
    size = smallest(size, all(65504));
    const Floats units = to_nearest(size * all(16777216));  // of 2⁻²⁴
    const Bits below_normal = __builtin_convertvector(units, Bits);
    std::memcpy(&bits, &size, sizeof bits);
    const Bits normal = ((bits + 0xFFFU + (bits >> 13 & 1U)) >> 13) - (112U << 10);
    const Bits found = sign | (size < all(6.103515625e-5F) ? below_normal : normal);
    const Vector16<std::uint16_t> halves = __builtin_convertvector(found, Vector16<std::uint16_t>);
    std::memcpy(place, &halves, sizeof halves);
#else
    for (std::size_t lane = 0; lane < kBlock; ++lane) place[lane] = to_half(value[lane]);
#endif
}

// Whole numbers that 16 bits hold.
NLP_INLINE void store_whole(std::int16_t* place, const Floats& value) {
#if defined(__GNUC__)
    const Ints whole = __builtin_convertvector(value, Ints);
    const Vector16<std::int16_t> narrow = __builtin_convertvector(whole, Vector16<std::int16_t>);
    std::memcpy(place, &narrow, sizeof narrow);
#else
    for (std::size_t lane = 0; lane < kBlock; ++lane) {
        place[lane] = static_cast<std::int16_t>(value[lane]);
    }
#endif
}

}  // namespace
}  // namespace portable
}  // namespace nlp

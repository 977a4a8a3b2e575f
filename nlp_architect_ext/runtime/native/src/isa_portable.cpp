// Plain loops for any processor, which compilers turn into whatever vectors it surely has: SSE2 on
// x86-64, and WebAssembly's.
#include "isa.h"

namespace nlp {
namespace {

struct Vector {
    struct Floats {
        float lanes[kBlock];
    };
    struct Ints {
        std::int32_t lanes[kBlock];
    };
    using Integer = std::int16_t;  // products of two are summed in 32 bits, two a lane
    using IntegerWeight = std::int16_t;
    struct Pair {
        std::int32_t low, high;
    };
    static constexpr std::size_t kGroup = 2;
    static constexpr int kHiddenOffset = 0;
    static constexpr int kFeatureOffset = 0;
    static constexpr std::size_t kRows = 1;
    static constexpr std::size_t kScaledRows = 1;
    static constexpr std::size_t kColumns = 1;

    template <class Function>
    static NLP_INLINE Floats each(Function function) {
        Floats found;
        for (std::size_t lane = 0; lane < kBlock; ++lane) found.lanes[lane] = function(lane);
        return found;
    }
    static Floats zero() { return all(0); }
    static Floats all(float value) {
        return each([=](std::size_t) { return value; });
    }
    static Floats load(const float* place) {
        return each([=](std::size_t lane) { return place[lane]; });
    }
    static void store(float* place, const Floats& value) {
        std::memcpy(place, value.lanes, sizeof value.lanes);
    }
    static Floats load(const Half* place) {
        return each([=](std::size_t lane) { return from_half(place[lane]); });
    }
    static void store(Half* place, const Floats& value) {
        for (std::size_t lane = 0; lane < kBlock; ++lane) place[lane] = to_half(value.lanes[lane]);
    }
    static Floats add(const Floats& a, const Floats& b) {
        return each([&](std::size_t lane) { return a.lanes[lane] + b.lanes[lane]; });
    }
    static Floats subtract(const Floats& a, const Floats& b) {
        return each([&](std::size_t lane) { return a.lanes[lane] - b.lanes[lane]; });
    }
    static Floats multiply(const Floats& a, const Floats& b) {
        return each([&](std::size_t lane) { return a.lanes[lane] * b.lanes[lane]; });
    }
    static Floats divide(const Floats& a, const Floats& b) {
        return each([&](std::size_t lane) { return a.lanes[lane] / b.lanes[lane]; });
    }
    static Floats fused(const Floats& a, const Floats& b, const Floats& c) {
        return each(
            [&](std::size_t lane) { return a.lanes[lane] * b.lanes[lane] + c.lanes[lane]; });
    }
    // As x86 does it: the second where one isn't a number.
    static Floats largest(const Floats& a, const Floats& b) {
        return each([&](std::size_t lane) {
            return a.lanes[lane] > b.lanes[lane] ? a.lanes[lane] : b.lanes[lane];
        });
    }
    static Floats clamp(const Floats& a, float limit) {
        return each([&](std::size_t lane) {
            const float low = a.lanes[lane] > -limit ? a.lanes[lane] : -limit;
            return low < limit ? low : limit;
        });
    }
    static Floats with_sign(const Floats& a, const Floats& b) {
        return each([&](std::size_t lane) { return std::copysign(a.lanes[lane], b.lanes[lane]); });
    }
    static Floats reciprocal(const Floats& a) { return divide(all(1), a); }
    static Floats rounded(const Floats& a) {
        return each([&](std::size_t lane) { return to_nearest(a.lanes[lane]); });
    }
    static Floats scaled(const Floats& a, const Floats& b) {
        return each([&](std::size_t lane) {
            const auto exponent = static_cast<std::int32_t>(b.lanes[lane]) + 127;
            const auto bits = static_cast<std::uint32_t>(exponent) << 23;
            float power;
            std::memcpy(&power, &bits, sizeof power);
            return a.lanes[lane] * power;
        });
    }
    static float largest_of(const Floats& a) {
        float found = a.lanes[0];
        for (const float value : a.lanes) found = value > found ? value : found;
        return found;
    }

    static Ints load_ints(const std::int32_t* place) {
        Ints found;
        std::memcpy(found.lanes, place, sizeof found.lanes);
        return found;
    }
    static Ints no_ints() { return Ints{}; }
    static Floats to_floats(const Ints& a) {
        return each([&](std::size_t lane) { return static_cast<float>(a.lanes[lane]); });
    }
    static void store_integers(Integer* place, const Floats& value, int) {
        for (std::size_t lane = 0; lane < kBlock; ++lane) {
            place[lane] = static_cast<Integer>(to_nearest(value.lanes[lane]));
        }
    }
    static Pair broadcast(const Integer* group) { return {group[0], group[1]}; }
    static const IntegerWeight* load_weights(const IntegerWeight* place) { return place; }
    static NLP_INLINE Ints dot(Ints sum, Pair inputs, const IntegerWeight* weights) {
        for (std::size_t lane = 0; lane < kBlock; ++lane) {
            sum.lanes[lane] +=
                weights[2 * lane] * inputs.low + weights[2 * lane + 1] * inputs.high;
        }
        return sum;
    }

    // To the nearest whole number, ties to even, for sizes below 2²².
    static NLP_INLINE float to_nearest(float value) {
        constexpr float kShift = 12582912;  // 1.5 · 2²³: what lies behind the point is rounded off
        return (value + kShift) - kShift;
    }
    // Half floats by their bits: the exponent is moved by a multiplication, which also makes numbers
    // below the smallest normal half right.
    static NLP_INLINE float from_half(Half half) {
        const std::uint32_t size = static_cast<std::uint32_t>(half & 0x7FFF) << 13;
        float found;
        std::memcpy(&found, &size, sizeof found);
        found *= 5.192296858534828e33F;  // 2¹¹²
        return (half & 0x8000) != 0 ? -found : found;
    }
    static NLP_INLINE Half to_half(float value) {
        constexpr float kLargest = 65504;
        value = value > kLargest ? kLargest : value < -kLargest ? -kLargest : value;
        const float size = std::fabs(value);
        const std::uint32_t sign = std::signbit(value) ? 0x8000U : 0U;
        constexpr float kSmallest = 6.103515625e-5F;  // of the normal halves, 2⁻¹⁴
        if (size < kSmallest) {  // in units of 2⁻²⁴
            return static_cast<Half>(sign | static_cast<std::uint32_t>(to_nearest(size * 16777216)));
        }
        std::uint32_t bits;
        std::memcpy(&bits, &size, sizeof bits);
        bits += 0xFFF + (bits >> 13 & 1);  // to the nearest, ties to even
        return static_cast<Half>(sign | ((bits >> 13) - (112U << 10)));
    }
};

#include "numbers.inc"
#include "activations.inc"
#include "lstm_kernels.inc"
#include "product_kernels.inc"
#include "feature_kernels.inc"

}  // namespace

extern constexpr Kernels kPortableKernels = all_kernels("portable");

}  // namespace nlp

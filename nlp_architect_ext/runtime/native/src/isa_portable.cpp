// Any processor: what compilers make of plain vectors, SSE2 on x86-64 and WebAssembly's own.
#include "isa.h"

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#elif defined(NLP_X86)
#include <emmintrin.h>
#endif

#include "portable_vectors.h"

namespace nlp {
namespace {

struct Vector {
    using Floats = portable::Vector16<float>;
    using Ints = portable::Vector16<std::int32_t>;
    using Integer = std::int16_t;  // products of two are summed in 32 bits, two a lane
    using IntegerWeight = std::int16_t;
    static constexpr std::size_t kGroup = 2;
    static constexpr int kHiddenOffset = 0;
    static constexpr float kFeatureScale = 255;
    static constexpr std::size_t kRows = 1;
    static constexpr std::size_t kScaledRows = 1;
    static constexpr std::size_t kStepGates = 1;
    static constexpr std::size_t kColumns = 1;

    static NLP_INLINE Floats zero() { return all(0); }
    static NLP_INLINE Floats all(float value) { return portable::all(value); }
    static NLP_INLINE Floats load(const float* place) { return portable::load<float>(place); }
    static NLP_INLINE void store(float* place, const Floats& value) {
        std::memcpy(place, &value, sizeof value);
    }
    static NLP_INLINE Floats load(const Half* place) { return portable::from_halves(place); }
    static NLP_INLINE void store(Half* place, const Floats& value) {
        portable::store_halves(place, value);
    }
    static NLP_INLINE Floats add(const Floats& a, const Floats& b) { return a + b; }
    static NLP_INLINE Floats subtract(const Floats& a, const Floats& b) { return a - b; }
    static NLP_INLINE Floats multiply(const Floats& a, const Floats& b) { return a * b; }
    static NLP_INLINE Floats divide(const Floats& a, const Floats& b) { return a / b; }
    static NLP_INLINE Floats fused(const Floats& a, const Floats& b, const Floats& c) {
        return a * b + c;
    }
    static NLP_INLINE Floats largest(const Floats& a, const Floats& b) {
        return portable::largest(a, b);
    }
    static NLP_INLINE Floats clamp(const Floats& a, float limit) {
        return portable::smallest(portable::largest(a, all(-limit)), all(limit));
    }
    static NLP_INLINE Floats with_sign(const Floats& a, const Floats& b) {
        return portable::with_sign(a, b);
    }
    static NLP_INLINE Floats reciprocal(const Floats& a) { return all(1) / a; }
    static NLP_INLINE Floats rounded(const Floats& a) { return portable::to_nearest(a); }
    static NLP_INLINE Floats scaled(const Floats& a, const Floats& b) {
        return a * portable::power_of_2(b);
    }
    static NLP_INLINE float largest_of(const Floats& a) {
        float found = a[0];
        for (std::size_t lane = 1; lane < kBlock; ++lane) {
            found = a[lane] > found ? a[lane] : found;
        }
        return found;
    }
    static NLP_INLINE float sum_of(const Floats& a) {
        float sums[kBlock];
        store(sums, a);
        for (std::size_t half = kBlock / 2; half > 0; half /= 2) {
            for (std::size_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
        }
        return sums[0];
    }

    static NLP_INLINE Ints load_ints(const std::int32_t* place) {
        return portable::load<std::int32_t>(place);
    }
    static NLP_INLINE Ints no_ints() { return Ints{}; }
    static NLP_INLINE Floats to_floats(const Ints& a) { return portable::to_floats(a); }
    static NLP_INLINE void store_integers(Integer* place, const Floats& value, int) {
        portable::store_whole(place, portable::to_nearest(value));
    }
    // Two inputs as one number, the first in its low half.
    static NLP_INLINE std::int32_t broadcast(const Integer* group) {
        std::int32_t both;
        std::memcpy(&both, group, sizeof both);
        return both;
    }
    static NLP_INLINE const IntegerWeight* load_weights(const IntegerWeight* place) {
        return place;
    }
    static NLP_INLINE Ints dot(Ints sum, std::int32_t inputs, const IntegerWeight* weights) {
#if defined(__wasm_simd128__)
        const v128_t both = wasm_i32x4_splat(inputs);
        v128_t quarters[4];
        std::memcpy(quarters, &sum, sizeof sum);
        for (std::size_t quarter = 0; quarter < 4; ++quarter) {
            const v128_t own = wasm_v128_load(weights + 8 * quarter);
            quarters[quarter] = wasm_i32x4_add(quarters[quarter], wasm_i32x4_dot_i16x8(own, both));
        }
        std::memcpy(&sum, quarters, sizeof sum);
#elif defined(NLP_X86)
        const __m128i both = _mm_set1_epi32(inputs);
        __m128i quarters[4];
        std::memcpy(quarters, &sum, sizeof sum);
        for (std::size_t quarter = 0; quarter < 4; ++quarter) {
            const auto* place = reinterpret_cast<const __m128i*>(weights + 8 * quarter);
            const __m128i products = _mm_madd_epi16(_mm_loadu_si128(place), both);
            quarters[quarter] = _mm_add_epi32(quarters[quarter], products);
        }
        std::memcpy(&sum, quarters, sizeof sum);
#else
        Integer both[2];
        std::memcpy(both, &inputs, sizeof both);
        for (std::size_t lane = 0; lane < kBlock; ++lane) {
            sum[lane] += weights[2 * lane] * both[0] + weights[2 * lane + 1] * both[1];
        }
#endif
        return sum;
    }
};

#include "numbers.inc"
#include "activations.inc"
#include "lstm_kernels.inc"
#include "product_kernels.inc"
#include "doubles_portable.inc"
#include "decoding_kernels.inc"
#include "chain_kernels.inc"
#include "feature_kernels.inc"

}  // namespace

const Kernels kPortableKernels = all_kernels("portable");

}  // namespace nlp

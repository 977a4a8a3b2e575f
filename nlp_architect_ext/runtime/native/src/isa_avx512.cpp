// AVX-512 with VNNI: 16 floats or 16 sums of four products an instruction.
#include "isa.h"

#if defined(NLP_X86)

#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(                                                          \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma,f16c"))), \
    apply_to = function)
#elif defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // both of gcc 12's own header
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma,f16c")
#endif

namespace nlp {
namespace {

struct Vector {
    using Floats = __m512;
    using Ints = __m512i;
    using Integer = std::uint8_t;  // vpdpbusd multiplies unsigned with signed ones
    using IntegerWeight = std::int8_t;
    static constexpr std::size_t kGroup = 4;
    static constexpr int kHiddenOffset = 128;
    static constexpr float kFeatureScale = 255;
    // Of the 32 registers, 24 are sums, four weights and one an input.
    static constexpr std::size_t kRows = 6;
    static constexpr std::size_t kScaledRows = 3;
    static constexpr std::size_t kStepGates = 4;
    static constexpr std::size_t kColumns = 4;

    static Floats zero() { return _mm512_setzero_ps(); }
    static Floats all(float value) { return _mm512_set1_ps(value); }
    static Floats load(const float* place) { return _mm512_loadu_ps(place); }
    static void store(float* place, Floats value) { _mm512_storeu_ps(place, value); }
    static Floats load(const Half* place) {
        return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(place)));
    }
    static void store(Half* place, Floats value) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(place),
                            _mm512_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
    }
    static Floats add(Floats a, Floats b) { return _mm512_add_ps(a, b); }
    static Floats subtract(Floats a, Floats b) { return _mm512_sub_ps(a, b); }
    static Floats multiply(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
    static Floats divide(Floats a, Floats b) { return _mm512_div_ps(a, b); }
    // a · b + c
    static Floats fused(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
    static Floats largest(Floats a, Floats b) { return _mm512_max_ps(a, b); }
    static Floats smallest(Floats a, Floats b) { return _mm512_min_ps(a, b); }
    // Within ±limit: the smaller of the two absolute values, with the sign of the first.
    static Floats clamp(Floats a, float limit) { return _mm512_range_ps(a, all(limit), 0x02); }
    // 1 / a, nearly: to 2⁻¹⁴, then one step of Newton's.
    static Floats reciprocal(Floats a) {
        const Floats guess = _mm512_rcp14_ps(a);
        return multiply(guess, _mm512_fnmadd_ps(a, guess, all(2)));
    }
    // a · 2^round(b)
    static Floats scaled(Floats a, Floats b) { return _mm512_scalef_ps(a, b); }
    static Floats rounded(Floats a) {
        return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    }
    // The size of the first with the sign of the second.
    static Floats with_sign(Floats a, Floats b) {
        const Floats sign = all(-0.0F);
        return _mm512_or_ps(_mm512_andnot_ps(sign, a), _mm512_and_ps(sign, b));
    }
    static float largest_of(Floats a) { return _mm512_reduce_max_ps(a); }
    static float sum_of(Floats a) { return _mm512_reduce_add_ps(a); }

    static Ints load_ints(const std::int32_t* place) { return _mm512_loadu_si512(place); }
    static Ints no_ints() { return _mm512_setzero_si512(); }
    static Floats to_floats(Ints a) { return _mm512_cvtepi32_ps(a); }
    // Rounded to the nearest, ties to even, and stored with an offset.
    static void store_integers(Integer* place, Floats value, int offset) {
        const Ints whole = _mm512_add_epi32(_mm512_cvtps_epi32(value), _mm512_set1_epi32(offset));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(place), _mm512_cvtepi32_epi8(whole));
    }
    // The four inputs of a group, in every lane.
    static Ints broadcast(const Integer* group) {
        std::int32_t four;
        std::memcpy(&four, group, sizeof four);
        return _mm512_set1_epi32(four);
    }
    static Ints load_weights(const IntegerWeight* place) { return _mm512_loadu_si512(place); }
    static Ints dot(Ints sum, Ints inputs, Ints weights) {
#if defined(__GNUC__) && !defined(__clang__)
        // gcc 12 copies each sum before and after the intrinsic.
        __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(inputs), "v"(weights));
        return sum;
#else
        return _mm512_dpbusd_epi32(sum, inputs, weights);
#endif
    }
};

#include "numbers.inc"
#include "activations.inc"
#include "lstm_kernels.inc"
#include "product_kernels.inc"
#include "doubles_avx512.inc"
#include "decoding_kernels.inc"
#include "chain_kernels.inc"
#include "feature_kernels.inc"

}  // namespace

const Kernels kAvx512Kernels = all_kernels("avx512-vnni");

}  // namespace nlp

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif  // NLP_X86

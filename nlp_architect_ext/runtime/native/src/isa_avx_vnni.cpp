// AVX2 with VNNI on 256 bits, as processors without AVX-512 have it.
#include "isa.h"

#if defined(NLP_X86)

#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avxvnni"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC target("avx2,fma,f16c,avxvnni")
#endif

namespace nlp {
namespace {

struct ByteProducts {
    using Integer = std::uint8_t;  // vpdpbusd multiplies unsigned with signed ones
    using IntegerWeight = std::int8_t;
    static constexpr std::size_t kGroup = 4;
    static constexpr int kHiddenOffset = 128;

    static NLP_INLINE void store_words(Integer* place, __m256i words) {
        constexpr int kFirstHalves = 0x08;
        const __m256i bytes = _mm256_packus_epi16(words, words);
        const __m256i ordered = _mm256_permute4x64_epi64(bytes, kFirstHalves);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(place), _mm256_castsi256_si128(ordered));
    }
    static NLP_INLINE __m256i dot(__m256i sum, __m256i inputs, __m256i weights) {
#if defined(__GNUC__) && !defined(__clang__)
        // gcc 12 copies each sum before and after the intrinsic.
        __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(inputs), "x"(weights));
        return sum;
#else
        return _mm256_dpbusd_avx_epi32(sum, inputs, weights);
#endif
    }
};

#include "avx2_vector.inc"

using Vector = Avx2Vector<ByteProducts>;

#include "numbers.inc"
#include "activations.inc"
#include "lstm_kernels.inc"
#include "product_kernels.inc"
#include "doubles_avx2.inc"
#include "decoding_kernels.inc"
#include "chain_kernels.inc"
#include "feature_kernels.inc"

}  // namespace

const Kernels kAvxVnniKernels = all_kernels("avx-vnni");

}  // namespace nlp

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif  // NLP_X86

// AVX2 without VNNI: its instruction for bytes saturates, so integers are 16 bits wide.
#include "isa.h"

#if defined(NLP_X86)

#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC target("avx2,fma,f16c")
#endif

namespace nlp {
namespace {

struct WordProducts {
    using Integer = std::int16_t;
    using IntegerWeight = std::int16_t;
    static constexpr std::size_t kGroup = 2;
    static constexpr int kHiddenOffset = 0;

    static NLP_INLINE void store_words(Integer* place, __m256i words) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(place), words);
    }
    static NLP_INLINE __m256i dot(__m256i sum, __m256i inputs, __m256i weights) {
        return _mm256_add_epi32(sum, _mm256_madd_epi16(inputs, weights));
    }
};

#include "avx2_vector.inc"

using Vector = Avx2Vector<WordProducts>;

#include "numbers.inc"
#include "activations.inc"
#include "lstm_kernels.inc"
#include "product_kernels.inc"
#include "doubles_avx2.inc"
#include "decoding_kernels.inc"
#include "chain_kernels.inc"
#include "feature_kernels.inc"

}  // namespace

const Kernels kAvx2Kernels = all_kernels("avx2");

}  // namespace nlp

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif  // NLP_X86

// NEON with the dot product of Armv8.2: sums of four products of bytes in each of four lanes.
#include "isa.h"

#if defined(NLP_ARM)

#include <arm_neon.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC target("arch=armv8.2-a+dotprod")
#endif

namespace nlp {
namespace {

struct DotProducts {
    static constexpr std::size_t kRows = 5;  // with more, gcc keeps sums in memory

    static NLP_INLINE int8x16_t arranged(int8x16_t bytes) { return bytes; }
    static NLP_INLINE int32x4_t dot(int32x4_t sum, int8x16_t inputs, int8x16_t weights) {
#if defined(__clang__) && !defined(__ARM_FEATURE_DOTPROD)
        // Before its version 16, clang declares the intrinsic only where all files may use it.
        __asm__("sdot %0.4s, %1.16b, %2.16b" : "+w"(sum) : "w"(weights), "w"(inputs));
        return sum;
#else
        return vdotq_s32(sum, weights, inputs);
#endif
    }
};

#include "neon_vector.inc"

using Vector = NeonVector<DotProducts>;

#include "numbers.inc"
#include "activations.inc"
#include "lstm_kernels.inc"
#include "product_kernels.inc"
#include "doubles_neon.inc"
#include "decoding_kernels.inc"
#include "chain_kernels.inc"
#include "feature_kernels.inc"

}  // namespace

const Kernels kNeonDotKernels = all_kernels("neon-dot");

}  // namespace nlp

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif  // NLP_ARM

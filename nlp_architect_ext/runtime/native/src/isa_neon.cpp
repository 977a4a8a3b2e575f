// NEON as every 64-bit Arm processor has it: products of bytes in 16 bits, summed to 32.
#include "isa.h"

#if defined(NLP_ARM)

#include <arm_neon.h>

namespace nlp {
namespace {

struct PairProducts {
    static constexpr std::size_t kRows = 3;  // with more, gcc keeps sums in memory

    // Of four lanes of four bytes: the first two of each lane, then the last two of each.
    static NLP_INLINE int8x16_t arranged(int8x16_t bytes) {
        static constexpr std::uint8_t kOrder[] = {0, 1, 4, 5, 8,  9,  12, 13,
                                                  2, 3, 6, 7, 10, 11, 14, 15};
        return vqtbl1q_s8(bytes, vld1q_u8(kOrder));
    }
    // Two products fit in 16 bits: inputs are from -127 to 127.
    static NLP_INLINE int32x4_t dot(int32x4_t sum, int8x16_t inputs, int8x16_t weights) {
        int16x8_t pairs = vmull_s8(vget_low_s8(inputs), vget_low_s8(weights));
        pairs = vmlal_high_s8(pairs, inputs, weights);
        return vpadalq_s16(sum, pairs);
    }
};

#include "neon_vector.inc"

using Vector = NeonVector<PairProducts>;

#include "numbers.inc"
#include "activations.inc"
#include "lstm_kernels.inc"
#include "product_kernels.inc"
#include "doubles_neon.inc"
#include "decoding_kernels.inc"
#include "chain_kernels.inc"
#include "feature_kernels.inc"

}  // namespace

const Kernels kNeonKernels = all_kernels("neon");

}  // namespace nlp

#endif  // NLP_ARM

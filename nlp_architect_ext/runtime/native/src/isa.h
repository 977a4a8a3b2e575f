// What each isa_*.cpp includes before it switches to instructions that not every processor has: the
// inline functions of these headers must be compiled for every processor.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "kernels.h"

#if defined(__x86_64__) || defined(_M_X64)
#define NLP_X86 1
#elif defined(__aarch64__)  // not Microsoft's compiler, whose arm_neon.h has no 16-bit floats
#define NLP_ARM 1
#endif

#if defined(__GNUC__)
#define NLP_INLINE inline __attribute__((always_inline))
#define NLP_INLINED __attribute__((always_inline))
#else
#define NLP_INLINE __forceinline
#define NLP_INLINED
#endif

namespace nlp {

extern const Kernels kPortableKernels;
#if defined(NLP_X86)
extern const Kernels kAvx512Kernels;
extern const Kernels kAvxVnniKernels;
extern const Kernels kAvx2Kernels;
#elif defined(NLP_ARM)
extern const Kernels kNeonKernels;
extern const Kernels kNeonDotKernels;
#endif

}  // namespace nlp

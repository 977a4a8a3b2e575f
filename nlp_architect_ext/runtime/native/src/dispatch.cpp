#include <cstdlib>
#include <cstring>
#include <string>

#include "errors.h"
#include "isa.h"
#include "processor.h"

namespace nlp {
namespace {

constexpr const char* kForced = "NLP_ARCHITECT_EXT_KERNEL";
constexpr std::size_t kMost = 4;

// The kernels that this processor can run, the fastest first, nullptr at the end.
struct Choice {
    const Kernels* kernels[kMost + 1] = {};
};

Choice choice() {
    Choice found;
    std::size_t count = 0;
    const Processor own = processor();
#if defined(NLP_X86)
    if (own.has_avx512) found.kernels[count++] = &kAvx512Kernels;
    if (own.has_avx_vnni) found.kernels[count++] = &kAvxVnniKernels;
    if (own.has_avx2) found.kernels[count++] = &kAvx2Kernels;
#elif defined(NLP_ARM)
    if (own.has_dot_product) found.kernels[count++] = &kNeonDotKernels;
    found.kernels[count++] = &kNeonKernels;
#else
    static_cast<void>(own);
#endif
    found.kernels[count] = &kPortableKernels;
    return found;
}

const Kernels& chosen() {
    const Choice found = choice();
    const char* forced = std::getenv(kForced);
    if (forced == nullptr || *forced == '\0') return *found.kernels[0];
    std::string names;
    for (const Kernels* const* kernels = found.kernels; *kernels != nullptr; ++kernels) {
        if (std::strcmp((*kernels)->name, forced) == 0) return **kernels;
        names += std::string(names.empty() ? "" : ", ") + (*kernels)->name;
    }
    throw DataError(std::string(kForced) + "=" + forced + ": expected one of " + names);
}

}  // namespace

const Kernels& kernels() {
    static const Kernels& found =
        chosen();  // an exception leaves it open: the next call asks again
    return found;
}

}  // namespace nlp

#include "processor.h"

#include <cstdint>

#if defined(__x86_64__) || defined(_M_X64)
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace nlp {

#if defined(__x86_64__) || defined(_M_X64)

namespace {

struct Registers {
    std::uint32_t a = 0, b = 0, c = 0, d = 0;
};

Registers cpuid(std::uint32_t leaf, std::uint32_t subleaf) {
    Registers found;
#if defined(_MSC_VER)
    int values[4];
    __cpuidex(values, static_cast<int>(leaf), static_cast<int>(subleaf));
    found = {static_cast<std::uint32_t>(values[0]), static_cast<std::uint32_t>(values[1]),
             static_cast<std::uint32_t>(values[2]), static_cast<std::uint32_t>(values[3])};
#else
    __get_cpuid_count(leaf, subleaf, &found.a, &found.b, &found.c, &found.d);
#endif
    return found;
}

// Which registers the operating system saves when it changes between programs.
std::uint64_t saved_registers() {
#if defined(_MSC_VER)
    return _xgetbv(0);
#else
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return static_cast<std::uint64_t>(high) << 32 | low;
#endif
}

bool has(std::uint32_t bits, int place) { return (bits >> place & 1) != 0; }

}  // namespace

Processor processor() {
    Processor found;
    const Registers first = cpuid(1, 0);
    const bool saves = has(first.c, 27);  // OSXSAVE
    if (!saves) return found;
    constexpr std::uint64_t kYmm = 0x6;
    constexpr std::uint64_t kZmm = 0xE6;
    const std::uint64_t saved = saved_registers();
    const Registers seventh = cpuid(7, 0);
    const bool has_fma = has(first.c, 12);
    const bool has_halves = has(first.c, 29);
    found.has_avx2 = (saved & kYmm) == kYmm && has(seventh.b, 5) && has_fma && has_halves;
    found.has_avx_vnni = found.has_avx2 && has(cpuid(7, 1).a, 4);
    const bool has_wide = has(seventh.b, 16) && has(seventh.b, 17) && has(seventh.b, 30) &&
                          has(seventh.b, 31);  // F, DQ, BW, VL
    const bool has_vnni = has(seventh.c, 11);
    found.has_avx512 = found.has_avx2 && (saved & kZmm) == kZmm && has_wide && has_vnni;
    return found;
}

#else

Processor processor() {
    Processor found;
#if defined(__aarch64__) && defined(__APPLE__)
    found.has_dot_product = true;  // every Mac has it
#elif defined(__aarch64__) && defined(__linux__)
    constexpr unsigned long kDotProduct = 1UL << 20;  // HWCAP_ASIMDDP
    found.has_dot_product = (getauxval(AT_HWCAP) & kDotProduct) != 0;
#endif
    return found;
}

#endif

}  // namespace nlp

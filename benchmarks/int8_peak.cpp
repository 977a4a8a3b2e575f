// The processor's peak in 8-bit integers: multiplications a second of one core, nothing else to do.
//
//     g++ -O2 -mavx512vnni benchmarks/int8_peak.cpp -o build/int8_peak && build/int8_peak
#include <immintrin.h>

#include <chrono>
#include <cstdio>

int main() {
    constexpr int kRounds = 5;
    constexpr long kSteps = 20'000'000;
    constexpr double kProducts = 12.0 * 64;  // of a step
    const __m512i inputs = _mm512_set1_epi32(0x01010101);
    __m512i a = inputs, b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a;
    for (int round = 0; round < kRounds; ++round) {
        const auto start = std::chrono::steady_clock::now();
        for (long step = 0; step < kSteps; ++step) {
            // Twelve sums that don't wait for one another; volatile, or the loop would be left out.
#define MULTIPLY(sum) __asm__ volatile("vpdpbusd %1, %1, %0" : "+v"(sum) : "v"(inputs))
            MULTIPLY(a); MULTIPLY(b); MULTIPLY(c); MULTIPLY(d); MULTIPLY(e); MULTIPLY(f);
            MULTIPLY(g); MULTIPLY(h); MULTIPLY(i); MULTIPLY(j); MULTIPLY(k); MULTIPLY(l);
        }
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        std::printf("%.0f thousand million a second\n", kSteps * kProducts / seconds.count() / 1e9);
    }
}

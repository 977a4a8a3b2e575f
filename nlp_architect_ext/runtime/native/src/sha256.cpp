#include "sha256.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace nlp {
namespace {

constexpr std::size_t kBlockBytes = 64;
constexpr std::size_t kRounds = 64;
using State = std::array<std::uint32_t, 8>;

std::uint32_t rotated(std::uint32_t value, int bits) { return value >> bits | value << (32 - bits); }

// The first 32 bits behind the point of the cube roots of the first 64 primes, and of the square
// roots of the first eight.
constexpr std::uint32_t kConstants[kRounds] = {
    0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
    0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
    0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
    0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
    0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
    0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
    0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
    0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
};
constexpr State kStart = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                          0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};

void add_block(const unsigned char* block, State& state) {
    std::uint32_t words[kRounds];
    for (std::size_t index = 0; index < 16; ++index) {
        const unsigned char* four = block + 4 * index;
        words[index] = static_cast<std::uint32_t>(four[0]) << 24 |
                       static_cast<std::uint32_t>(four[1]) << 16 |
                       static_cast<std::uint32_t>(four[2]) << 8 | four[3];
    }
    for (std::size_t index = 16; index < kRounds; ++index) {
        const std::uint32_t early = words[index - 15];
        const std::uint32_t late = words[index - 2];
        words[index] = words[index - 16] + words[index - 7] +
                       (rotated(early, 7) ^ rotated(early, 18) ^ early >> 3) +
                       (rotated(late, 17) ^ rotated(late, 19) ^ late >> 10);
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t round = 0; round < kRounds; ++round) {
        const std::uint32_t first = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) +
                                    ((e & f) ^ (~e & g)) + kConstants[round] + words[round];
        const std::uint32_t second = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) +
                                     ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + first;
        d = c;
        c = b;
        b = a;
        a = first + second;
    }
    const State more = {a, b, c, d, e, f, g, h};
    for (std::size_t index = 0; index < state.size(); ++index) state[index] += more[index];
}

}  // namespace

std::string sha256(std::string_view content) {
    State state = kStart;
    const auto* bytes = reinterpret_cast<const unsigned char*>(content.data());
    const std::size_t whole = content.size() / kBlockBytes * kBlockBytes;
    for (std::size_t place = 0; place < whole; place += kBlockBytes) {
        add_block(bytes + place, state);
    }
    // The rest, a bit of 1, zeros, and the length in bits.
    std::string rest(content.substr(whole));
    rest += '\x80';
    while (rest.size() % kBlockBytes != kBlockBytes - 8) rest += '\0';
    const std::uint64_t bits = static_cast<std::uint64_t>(content.size()) * 8;
    for (int shift = 56; shift >= 0; shift -= 8) rest += static_cast<char>(bits >> shift & 0xFF);
    for (std::size_t place = 0; place < rest.size(); place += kBlockBytes) {
        add_block(reinterpret_cast<const unsigned char*>(rest.data()) + place, state);
    }
    std::string digits;
    for (const std::uint32_t word : state) {
        for (int shift = 28; shift >= 0; shift -= 4) digits += "0123456789abcdef"[word >> shift & 15];
    }
    return digits;
}

}  // namespace nlp

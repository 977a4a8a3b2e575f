// A small fuzzer for compilers without one: changes files at random, always the same for a seed.
//
// fuzz SECONDS SEED FILE...   The files are what is changed; the last input is kept in `crash`.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr std::size_t kMostChanges = 8;

class Mutator {
  public:
    Mutator(std::vector<Bytes> inputs, std::uint64_t seed)
        : inputs_(std::move(inputs)), random_(seed) {}

    Bytes next() {
        Bytes bytes = inputs_[below(inputs_.size())];
        const std::size_t changes = 1 + below(kMostChanges);
        for (std::size_t change = 0; change < changes; ++change) alter(bytes);
        return bytes;
    }

  private:
    std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }

    // One change: a bit, a byte, a number of eight bytes, a piece less, twice, or of another file.
    void alter(Bytes& bytes) {
        const std::size_t place = below(bytes.size());
        const std::size_t length = below(bytes.size() - place + 1) % 64;
        const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(place);
        const auto end = at + static_cast<std::ptrdiff_t>(length);
        static constexpr char kSyntax[] = "{}[]\",:0-9e.tfn\\u\x80\xff";
        switch (below(7)) {
            case 0:
                if (!bytes.empty()) bytes[place] ^= static_cast<std::uint8_t>(1U << below(8));
                break;
            case 1:
                if (!bytes.empty()) {
                    bytes[place] = static_cast<std::uint8_t>(kSyntax[below(sizeof kSyntax)]);
                }
                break;
            case 2:
                for (std::size_t offset = place; offset < bytes.size() && offset < place + 8;
                     ++offset) {
                    bytes[offset] = below(2) == 0 ? std::uint8_t{0xff} : std::uint8_t{0};
                }
                break;
            case 3: bytes.erase(at, end); break;
            case 4: {
                const Bytes piece(at, end);
                bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size() + 1)),
                             piece.begin(), piece.end());
                break;
            }
            case 5: bytes.resize(place); break;
            default: {
                const Bytes& other = inputs_[below(inputs_.size())];
                const std::size_t from = below(other.size());
                for (std::size_t offset = 0; offset < length && from + offset < other.size() &&
                                             place + offset < bytes.size();
                     ++offset) {
                    bytes[place + offset] = other[from + offset];
                }
            }
        }
    }

    std::vector<Bytes> inputs_;
    std::mt19937_64 random_;
};

Bytes read(const char* path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Kept before it's tried: a sanitizer ends the process at once.
void keep(const Bytes& bytes) {
    std::ofstream file("crash", std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 4) {
        std::fputs("fuzz SECONDS SEED FILE...\n", stderr);
        return 2;
    }
    std::vector<Bytes> inputs;
    for (int index = 3; index < count; ++index) inputs.push_back(read(arguments[index]));
    for (const Bytes& input : inputs) LLVMFuzzerTestOneInput(input.data(), input.size());
    Mutator mutator(std::move(inputs), std::strtoull(arguments[2], nullptr, 10));
    const auto end =
        std::chrono::steady_clock::now() + std::chrono::seconds(std::atoi(arguments[1]));
    std::size_t tried = 0;
    for (; std::chrono::steady_clock::now() < end; ++tried) {
        const Bytes input = mutator.next();
        keep(input);
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    std::remove("crash");
    std::printf("%zu inputs, none of which did harm\n", tried);
    return 0;
}

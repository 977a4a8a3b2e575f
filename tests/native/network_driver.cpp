// Networks and products with the kernels that NLP_ARCHITECT_EXT_KERNEL names, for
// tests/native/test_native_arm.py, which also runs it for processors that this machine hasn't got.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "errors.h"
#include "matrix.h"
#include "network.h"

namespace {

std::string read_file(const char* path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw nlp::DataError(std::string(path) + ": can't be read");
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::size_t number(const char* text) {
    return static_cast<std::size_t>(std::strtoull(text, nullptr, 10));
}

// NETWORK FEATURES LABELS LENGTH...: a network file, a file of floats (words, features), the number
// of labels, and the lengths of the sentences in words, falling. Writes emissions (words, labels).
void write_emissions(const std::vector<const char*>& arguments) {
    const std::string file = read_file(arguments.at(0));
    const std::string numbers = read_file(arguments.at(1));
    const std::size_t labels = number(arguments.at(2));
    nlp::Chunk chunk;
    std::size_t words = 0;
    for (std::size_t index = 3; index < arguments.size(); ++index) {
        chunk.lengths.push_back(number(arguments[index]));
        chunk.starts.push_back(words);
        words += chunk.lengths.back();
    }
    const std::size_t size = numbers.size() / sizeof(float) / words;
    const auto network = nlp::Network::read(nlp::Tensors::parse(file), size, labels);
    const std::size_t stride = nlp::padded(size);
    nlp::Aligned<float> features(words * stride);
    for (std::size_t word = 0; word < words; ++word) {
        std::memcpy(features.data() + word * stride, numbers.data() + word * size * sizeof(float),
                    size * sizeof(float));
    }
    nlp::Aligned<unsigned char> rows(words * network->row_size());
    network->fill_rows(features.data(), words, rows.data());
    for (std::size_t word = 0; word < words; ++word) {
        chunk.rows.push_back(rows.data() + word * network->row_size());
    }
    nlp::Scratch scratch;
    nlp::Aligned<float> found(words * network->stride());
    network->emissions(chunk, scratch, found.data());
    for (std::size_t word = 0; word < words; ++word) {
        std::fwrite(found.data() + word * network->stride(), sizeof(float), labels, stdout);
    }
}

// Random rows times a random matrix, their parts each with a scale or all without. Several parts
// with scales have no offset, so their inputs aren't negative.
struct RandomProduct {
    RandomProduct(std::size_t number, std::mt19937& generator);
    void check() const;

    bool has_offset() const { return !is_scaled || parts.size() == 1; }

    bool is_scaled;
    std::size_t rows;
    std::vector<std::size_t> parts;
    nlp::Weights weights;
    std::vector<int> inputs;    // (rows, inputs of all parts)
    std::vector<float> scales;  // (parts, rows)
};

RandomProduct::RandomProduct(std::size_t number, std::mt19937& generator) {
    const auto up_to = [&](std::size_t most) { return 1 + generator() % most; };
    is_scaled = number % 2 == 1;
    rows = up_to(14);
    parts.resize(up_to(nlp::kMaximumParts));
    weights.outputs = up_to(90);
    for (std::size_t& part : parts) weights.inputs += part = up_to(70);
    // Some are as large as they get, everywhere: sums that don't fit would show.
    const bool is_extreme = number % 5 == 0;
    weights.integers.resize(weights.outputs * weights.inputs);
    for (std::int8_t& weight : weights.integers) {
        const int any = static_cast<int>(generator() % 255) - 127;
        weight = static_cast<std::int8_t>(is_extreme ? -128 : any);
    }
    weights.scales.assign(weights.outputs, 1);
    for (std::size_t input = 0; input < rows * weights.inputs; ++input) {
        const int feature = static_cast<int>(generator() % 128);
        const bool is_negative = has_offset() && generator() % 2 == 1;
        const int extreme = has_offset() ? -127 : 127;
        inputs.push_back(is_extreme ? extreme : is_negative ? -feature : feature);
    }
    for (std::size_t index = 0; index < parts.size() * rows; ++index) {
        scales.push_back(static_cast<float>(generator() % 4));
    }
}

void RandomProduct::check() const {
    const nlp::NumberKernels& kernels = nlp::kernels().integers;
    nlp::Packing packing = nlp::plain_packing(weights.outputs, parts);
    const int offset = has_offset() ? kernels.hidden_offset : 0;
    packing.input_offset = offset;
    const nlp::Matrix matrix(kernels, weights, std::vector<float>(weights.outputs), packing);
    std::vector<nlp::Aligned<unsigned char>> stored;
    std::vector<std::vector<const void*>> pointers;
    nlp::Product product{};
    product.matrix = matrix.view();
    product.rows = rows;
    product.parts = parts.size();
    std::size_t first = 0;
    for (std::size_t part = 0; part < parts.size(); ++part) {
        const std::size_t bytes = nlp::padded(parts[part]) * kernels.input_size;
        stored.emplace_back(rows * bytes);
        pointers.emplace_back();
        for (std::size_t row = 0; row < rows; ++row) {
            unsigned char* own = stored.back().data() + row * bytes;
            pointers.back().push_back(own);
            for (std::size_t input = 0; input < parts[part]; ++input) {
                const int value = inputs[row * weights.inputs + first + input] + offset;
                const auto word = static_cast<std::int16_t>(value);
                const auto byte = static_cast<std::uint8_t>(value & 0xFF);
                if (kernels.input_size == 1) own[input] = byte;
                if (kernels.input_size == 2) std::memcpy(own + 2 * input, &word, sizeof word);
            }
        }
        product.part_groups[part] = matrix.part_groups(part);
        product.input_scales[part] = is_scaled ? scales.data() + part * rows : nullptr;
        first += parts[part];
    }
    for (std::size_t part = 0; part < parts.size(); ++part) {
        product.inputs[part] = pointers[part].data();
    }
    nlp::Aligned<float> found(rows * matrix.outputs());
    product.outputs = found.data();
    product.stride = matrix.outputs();
    product.store = nlp::Store::Floats;
    kernels.product(product);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t output = 0; output < weights.outputs; ++output) {
            int expected = 0;
            std::size_t input = 0;
            for (std::size_t part = 0; part < parts.size(); ++part) {
                const int scale = is_scaled ? static_cast<int>(scales[part * rows + row]) : 1;
                for (const std::size_t end = input + parts[part]; input < end; ++input) {
                    expected += scale * inputs[row * weights.inputs + input] *
                                weights.integers[output * weights.inputs + input];
                }
            }
            const float own = found[row * matrix.outputs() + output];
            if (own == static_cast<float>(expected)) continue;
            throw nlp::DataError("output " + std::to_string(output) + " of row " +
                                 std::to_string(row) + ": " + std::to_string(own) + "; expected " +
                                 std::to_string(expected));
        }
    }
}

// COUNT: checks as many random products of integers against sums of one number at a time.
void check_products(const std::vector<const char*>& arguments) {
    std::mt19937 generator(1);
    const std::size_t count = number(arguments.at(0));
    for (std::size_t index = 0; index < count; ++index) {
        RandomProduct(index, generator).check();
    }
    std::printf("%s: %zu products\n", nlp::kernels().name, count);
}

}  // namespace

int main(int count, char** values) {
    try {
        const std::vector<const char*> arguments(values + 2, values + count);
        const std::string command = values[1];
        if (command == "name") std::printf("%s\n", nlp::kernels().name);
        if (command == "emissions") write_emissions(arguments);
        if (command == "products") check_products(arguments);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}

#include "matrix.h"

#include <cstring>
#include <utility>

#include "errors.h"
#include "portable_vectors.h"

namespace nlp {
namespace {

std::size_t inputs_of(const Tensor& tensor) {
    std::size_t inputs = 1;
    for (std::size_t axis = 1; axis < tensor.shape.size(); ++axis) inputs *= tensor.shape[axis];
    return inputs;
}

template <class Number>
void write(Aligned<unsigned char>& bytes, std::size_t place, Number number) {
    std::memcpy(bytes.data() + place * sizeof number, &number, sizeof number);
}

}  // namespace

Weights Weights::read(const Tensors& tensors, const std::string& name, std::size_t parts) {
    const Tensor& tensor = tensors.at(name);
    if (tensor.shape.size() < 2 || tensor.count() == 0) {
        throw DataError("array " + name + ": expected (outputs, inputs), none of them 0");
    }
    Weights found;
    found.outputs = tensor.shape[0];
    found.inputs = inputs_of(tensor);
    if (tensor.type == Tensor::Type::Float32) {
        found.floats = tensor.floats();
    } else {
        found.integers = tensor.int8s();
        found.scales = read_bias(tensors, name + ".scale", found.outputs * parts);
        found.parts = parts;
    }
    return found;
}

float Weights::at(std::size_t output, std::size_t input) const {
    const std::size_t place = output * inputs + input;
    if (!are_integers()) return floats[place];
    return static_cast<float>(integers[place]) * scale(output, input / (inputs / parts));
}

void Weights::append(const Weights& others) {
    inputs = others.inputs;
    outputs += others.outputs;
    floats.insert(floats.end(), others.floats.begin(), others.floats.end());
    integers.insert(integers.end(), others.integers.begin(), others.integers.end());
    scales.insert(scales.end(), others.scales.begin(), others.scales.end());
}

Weights Weights::taps_as_outputs(std::size_t taps) const {
    Weights found;
    found.outputs = taps * outputs;
    found.inputs = inputs / taps;
    for (std::size_t tap = 0; tap < taps; ++tap) {
        for (std::size_t output = 0; output < outputs; ++output) {
            const auto first = static_cast<std::ptrdiff_t>(output * inputs + tap * found.inputs);
            const auto last = first + static_cast<std::ptrdiff_t>(found.inputs);
            if (are_integers()) {
                found.integers.insert(found.integers.end(), integers.begin() + first,
                                      integers.begin() + last);
                found.scales.push_back(scale(output, tap));
            } else {
                found.floats.insert(found.floats.end(), floats.begin() + first,
                                    floats.begin() + last);
            }
        }
    }
    return found;
}

std::vector<float> read_bias(const Tensors& tensors, const std::string& name, std::size_t outputs) {
    const Tensor& tensor = tensors.at(name);
    if (tensor.count() != outputs || tensor.type != Tensor::Type::Float32) {
        throw DataError("array " + name + ": expected " + std::to_string(outputs) + " floats");
    }
    return tensor.floats();
}

Packing plain_packing(std::size_t outputs, std::vector<std::size_t> parts) {
    Packing packing;
    for (std::size_t output = 0; output < outputs; ++output) packing.places.push_back(output);
    packing.blocks = padded(outputs) / kBlock;
    packing.parts = std::move(parts);
    return packing;
}

Matrix::Matrix(const NumberKernels& kernels, const Weights& weights, const std::vector<float>& bias,
               const Packing& packing) {
    const Kind whole = kernels.weight_size == 1 ? Kind::Bytes : Kind::Words;
    pack(weights.are_integers() ? whole : Kind::Floats, kernels.group, weights, bias, packing);
}

Matrix Matrix::of_table(bool are_halves, const Weights& weights, const std::vector<float>& bias,
                        const Packing& packing) {
    Matrix matrix;
    matrix.pack(are_halves ? Kind::Halves : Kind::Floats, 1, weights, bias, packing);
    return matrix;
}

Matrix Matrix::floats(const Weights& weights, const std::vector<float>& bias,
                      const Packing& packing) {
    return of_table(false, weights, bias, packing);
}

Product Matrix::times(std::size_t rows, const std::vector<Inputs>& parts,
                      std::vector<const void*>* pointers) const {
    Product product{};
    product.matrix = view();
    product.rows = rows;
    product.parts = part_groups_.size();
    for (std::size_t part = 0; part < product.parts; ++part) {
        const auto* first = static_cast<const unsigned char*>(parts[part].first);
        pointers[part].resize(rows);
        for (std::size_t row = 0; row < rows; ++row) {
            pointers[part][row] = first + row * parts[part].stride;
        }
        product.inputs[part] = pointers[part].data();
        product.part_groups[part] = part_groups_[part];
    }
    return product;
}

MatrixView Matrix::view() const {
    return {weights_.data(), scales_.data(), bias_.data(), has_starts_ ? starts_.data() : nullptr,
            blocks_,         groups_};
}

void Matrix::pack(Kind kind, std::size_t group, const Weights& weights,
                  const std::vector<float>& bias, const Packing& packing) {
    const bool is_whole = kind == Kind::Bytes || kind == Kind::Words;
    const std::size_t size = kind == Kind::Bytes ? 1 : kind == Kind::Floats ? 4 : 2;
    std::size_t inputs = 0;
    for (const std::size_t part : packing.parts) {
        part_groups_.push_back((part + group - 1) / group);
        groups_ += part_groups_.back();
        inputs += part;
    }
    if (inputs != weights.inputs || packing.places.size() != weights.outputs ||
        bias.size() != weights.outputs) {
        throw DataError("an array of " + std::to_string(weights.outputs) + " by " +
                        std::to_string(weights.inputs) + "; expected " +
                        std::to_string(packing.places.size()) + " by " + std::to_string(inputs));
    }
    blocks_ = packing.blocks;
    weights_ = Aligned<unsigned char>(outputs() * groups_ * group * size);
    scales_ = Aligned<float>(packing.parts.size() * outputs());
    bias_ = Aligned<float>(outputs());
    starts_ = Aligned<std::int32_t>(outputs());
    has_starts_ = is_whole && packing.input_offset != 0;
    for (std::size_t output = 0; output < weights.outputs; ++output) {
        const std::size_t row = packing.places[output];
        const float factor = packing.factors.empty() ? 1 : packing.factors[output];
        bias_[row] = bias[output] * factor;
        for (std::size_t part = 0; part < packing.parts.size(); ++part) {
            scales_[part * outputs() + row] =
                is_whole ? weights.scale(output, part) * factor * packing.input_unit : 1;
        }
        std::size_t input = 0;
        std::size_t first_group = 0;
        std::int32_t sum = 0;
        for (std::size_t part = 0; part < packing.parts.size(); ++part) {
            for (std::size_t own = 0; own < packing.parts[part]; ++own, ++input) {
                const std::size_t at = first_group + own / group;
                const std::size_t place =
                    ((row / kBlock * groups_ + at) * kBlock + row % kBlock) * group + own % group;
                put(kind, place, weights, output, input, factor);
                if (is_whole) sum += weights.integers[output * weights.inputs + input];
            }
            first_group += part_groups_[part];
        }
        starts_[row] = -packing.input_offset * sum;
    }
}

void Matrix::put(Kind kind, std::size_t place, const Weights& weights, std::size_t output,
                 std::size_t input, float factor) {
    switch (kind) {
        case Kind::Bytes:
            return write(weights_, place, weights.integers[output * weights.inputs + input]);
        case Kind::Words:
            return write(weights_, place,
                         std::int16_t{weights.integers[output * weights.inputs + input]});
        case Kind::Halves:
            return write(weights_, place, portable::to_half(weights.at(output, input) * factor));
        case Kind::Floats: return write(weights_, place, weights.at(output, input) * factor);
    }
}

}  // namespace nlp

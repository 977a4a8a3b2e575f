#include "dense.h"

#include "errors.h"

namespace nlp {

Weights read_large(const Tensors& tensors, const std::string& name, std::size_t outputs,
                   std::size_t inputs, bool are_integers) {
    if (tensors.at(name).shape != std::vector<std::size_t>{outputs, inputs}) {
        throw DataError("array " + name + ": expected (" + std::to_string(outputs) + ", " +
                        std::to_string(inputs) + ")");
    }
    Weights found = Weights::read(tensors, name);
    if (found.are_integers() != are_integers) {
        throw DataError("array " + name + ": numbers of another type than in other arrays");
    }
    return found;
}

Matrix dense_matrix(const NumberKernels& kernels, const Weights& weights,
                    const std::vector<float>& bias, Packing packing) {
    packing.input_offset = kernels.hidden_offset;
    return Matrix(kernels, weights, bias, packing);
}

void multiply_dense(const NumberKernels& kernels, const Matrix& matrix, Features features,
                    Scratch& scratch, Outputs outputs) {
    Inputs inputs = {features.first, features.width * kernels.input_size};
    const bool are_rounded = kernels.round_signed != nullptr;
    if (are_rounded) {
        scratch.hidden[0][0].reserve(features.words * inputs.stride);
        scratch.scales.reserve(features.words);
        inputs.first = scratch.hidden[0][0].data();
        kernels.round_signed(features.first, features.words, features.width,
                             scratch.hidden[0][0].data(), scratch.scales.data());
    }
    Product product = matrix.times(features.words, {inputs}, scratch.pointers);
    product.input_scales[0] = are_rounded ? scratch.scales.data() : nullptr;
    product.outputs = outputs.first;
    product.stride = outputs.stride;
    product.store = outputs.store;
    kernels.product(product);
}

}  // namespace nlp

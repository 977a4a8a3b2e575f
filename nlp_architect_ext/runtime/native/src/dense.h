// Products with features of words, which as integers have a scale a word.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "matrix.h"
#include "network.h"

namespace nlp {

// The weights `name` (outputs, inputs). Throws DataError for another shape or kind of numbers.
Weights read_large(const Tensors& tensors, const std::string& name, std::size_t outputs,
                   std::size_t inputs, bool are_integers);

// The weights as the kernels want them for `multiply_dense`; inputs are one part of whole blocks.
Matrix dense_matrix(const NumberKernels& kernels, const Weights& weights,
                    const std::vector<float>& bias, Packing packing);

// Features of words: (words, width), whole blocks.
struct Features {
    const float* first;
    std::size_t words;
    std::size_t width;
};

// Where outputs go, (words, stride), and how.
struct Outputs {
    void* first;
    std::size_t stride;
    Store store;
};

// As integers features are rounded by the largest of their own word, so that no answer depends on
// other sentences.
void multiply_dense(const NumberKernels& kernels, const Matrix& matrix, Features features,
                    Scratch& scratch, Outputs outputs);

}  // namespace nlp

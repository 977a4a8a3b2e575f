// A bidirectional LSTM layer's weights.
#pragma once

#include <cstddef>

#include "matrix.h"
#include "tensors.h"

namespace nlp {

// Both directions, rightward first.
struct LstmLayer {
    Matrix recurrent[2];  // (4 · width, width), blocks of outputs as `LstmRun` wants them
    Matrix inputs[2];     // (4 · width, inputs), alike; empty in the first layer: ...
    Matrix table;         // ... (both directions, inputs) for the words' table
    std::size_t width = 0;

    static bool is_there(const Tensors& tensors, std::size_t index);
    // The layer of this index, which reads so many numbers a word. Throws DataError for arrays that
    // don't fit together.
    static LstmLayer read(const Tensors& tensors, std::size_t index, std::size_t inputs,
                          const NumberKernels& kernels, bool are_integers);
};

}  // namespace nlp

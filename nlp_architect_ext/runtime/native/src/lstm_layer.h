// A bidirectional LSTM layer: its weights, and how it runs.
#pragma once

#include <cstddef>
#include <string>

#include "matrix.h"
#include "network.h"
#include "tensors.h"

namespace nlp {

// What a layer's input product reads.
enum class LstmInputs {
    Table,     // features of words, for the table
    Hidden,    // both directions' hidden states of the layer before
    Features,  // features of words; as integers, with a scale a word
};

// Where a direction's hidden states go as floats too: word by word, whole blocks.
struct ShownStates {
    float* first = nullptr;
    std::size_t stride = 0;
};

// Both directions, rightward first.
struct LstmLayer {
    Matrix recurrent[2];  // (4 · width, width), blocks of outputs as `LstmRun` wants them
    Matrix inputs[2];     // (4 · width, inputs), alike, of hidden states; or ...
    Matrix joined;        // ... (both directions, inputs), of features
    std::size_t width = 0;

    static bool is_there(const Tensors& tensors, const std::string& name);
    // The layer of this name, which reads so many numbers a word. Throws DataError for arrays that
    // don't fit together.
    static LstmLayer read(const Tensors& tensors, const std::string& name, LstmInputs source,
                          std::size_t inputs, const NumberKernels& kernels, bool are_integers);

    // Hidden states (words, padded width) of one direction; its gates before the recurrent product
    // are at the last of the scratch's pointers.
    void run(int direction, const Chunk& chunk, const NumberKernels& kernels, Scratch& scratch,
             unsigned char* hidden, ShownStates shown = {}) const;
};

}  // namespace nlp

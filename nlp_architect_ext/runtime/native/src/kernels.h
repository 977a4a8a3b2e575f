// What the processor computes, in the fastest form that it has: a table of functions.
//
// All vectors are 16 numbers wide, whatever the processor's are: a *block*. Weights (outputs,
// inputs) are packed as blocks of 16 outputs; within a block, inputs come in *groups* of as many as
// one instruction multiplies and adds at once: [block][group][output of 16][input of group].
//
// In 8-bit integers a hidden state h, between -1 and 1, is round(127 h): a scale that never
// changes, so no sentence's answer depends on those beside it. The integers are stored with an
// offset where an instruction wants unsigned ones; the accumulators then start at what takes it off
// again.
#pragma once

#include <cstddef>
#include <cstdint>

#include "chain_kernels.h"
#include "decoding_kernels.h"

namespace nlp {

using Half = std::uint16_t;  // a 16-bit float, IEEE 754's binary16

constexpr std::size_t kBlock = 16;
constexpr std::size_t kGates = 4;    // of an LSTM: input, forget, cell, output
constexpr float kHiddenScale = 127;  // of a hidden state as an integer

// The count rounded up to whole blocks.
constexpr std::size_t padded(std::size_t count) { return (count + kBlock - 1) / kBlock * kBlock; }

// How outputs of a product are written.
enum class Store { Halves, Floats, Features };  // the last are floats after ReLU

// A packed matrix; pointers are to Aligned arrays that a Matrix owns.
struct MatrixView {
    const void* weights;         // [block][group][16][group size]
    const float* scales;         // (parts, outputs): of integers; ones for floats
    const float* bias;           // (outputs,)
    const std::int32_t* starts;  // (outputs,): of accumulators; nullptr for floats, or no offset
    std::size_t blocks;          // of outputs
    std::size_t groups;          // of inputs, of all parts together
};

constexpr std::size_t kMaximumParts = 4;

// Rows times a matrix; the inputs of a row lie in parts, at places of their own. With scales,
// several parts have no offset.
struct Product {
    MatrixView matrix;
    std::size_t rows;
    std::size_t parts;
    std::size_t part_groups[kMaximumParts];
    const void* const* inputs[kMaximumParts];  // of each part, a pointer a row
    const float* input_scales[kMaximumParts];  // of each part, (rows,); nullptr: they're constant
    void* outputs;                             // (rows, stride)
    std::size_t stride;                        // in numbers
    const float* const* add;                   // nullptr, or a pointer a row: (outputs,) added
    Store store;
};

// One direction of an LSTM over some sentences, the longest first.
struct LstmRun {
    MatrixView recurrent;  // (4 · width, width): blocks of [unit block][gate][16]
    std::size_t unit_blocks;
    std::size_t sentences;
    const std::size_t* lengths;  // in words, falling
    const std::size_t* starts;   // the first word of each sentence, among all words
    const void* const* before;   // a pointer a word: gates before the recurrent product
    void* hidden;                // (words, stride): what comes out
    std::size_t stride;          // in numbers
    const void* nothing;         // the hidden state before the first word: all zero
    float* cells;                // (sentences, padded width): scratch
    float* shown;                // nullptr, or (words, shown stride): what comes out, as floats
    std::size_t shown_stride;
    bool is_leftward;
};

// Kernels of one kind of numbers: 8-bit integers or floats.
struct NumberKernels {
    std::size_t group;        // inputs of a group
    std::size_t input_size;   // bytes of a hidden state or a feature
    std::size_t weight_size;  // bytes of a weight
    int hidden_offset;        // what is added to a hidden state as an integer
    void (*product)(const Product&);
    void (*lstm)(const LstmRun&);
    // The sum of an odd number of taps a word, after ReLU: out (words, width). A tap may be
    // nullptr, the middle one excepted; they are gates of this kind: halves or floats.
    void (*add_taps)(const void* const* taps, std::size_t count, std::size_t words,
                     std::size_t width, float* out);
    // Features (words, width) after ReLU as inputs, and what each word's are multiplied by.
    void (*round)(const float* features, std::size_t words, std::size_t width, void* inputs,
                  float* scales);
    // The same for features of either sign, as inputs with the offset of hidden states.
    void (*round_signed)(const float* features, std::size_t words, std::size_t width, void* inputs,
                         float* scales);
};

struct Kernels {
    const char* name;
    NumberKernels integers;  // gates as halves
    NumberKernels floats;    // gates as floats
    // Floats times a matrix of halves, to halves: for a word's row of the table.
    void (*half_product)(const Product&);
    ChainKernels chain;
    DecodingKernels decoding;
};

// The kernels for this processor, chosen once. NLP_ARCHITECT_EXT_KERNEL forces others by name;
// throws DataError for a name that this processor can't run.
const Kernels& kernels();

}  // namespace nlp

// What decoding asks of the processor: its tables and its functions.
#pragma once

#include <cstddef>

namespace nlp {

// Rows of labels are padded: of floats to a multiple of 16, of doubles to a multiple of 8.
constexpr std::size_t kFloatLanes = 16;
constexpr std::size_t kDoubleLanes = 8;

// What the kernels need to know of a label set and its pair scores; `Decoding` owns the arrays.
struct DecodingTables {
    std::size_t labels;
    std::size_t floats;   // labels, padded
    std::size_t doubles;  // labels, padded
    const float* bias;    // (floats,): added to emissions; zeros but for O and padding

    // The best legal path: -infinity for pairs that aren't legal and for padding.
    const float* onward;  // (before, floats after)
    const float* back;    // (after, floats before): the same, transposed
    const float* start;   // (floats,)
    const float* end;     // (floats,)

    // Marginals: exponentials of pair scores, at most 1; zeros for padding. For a softmax nullptr.
    const double* steps_onward;  // (before, doubles after)
    const double* steps_back;    // (after, doubles before)
    const double* begin_onward;  // (doubles,): a sentence's first word
    const double* begin_back;    // (doubles,): its last
    std::size_t normalised;      // after so many words: multiplied, they'd be too small a number
};

// The heavy loops, one set for each set of instructions; see decoding_kernels.inc.
//
// Emissions are (words, stride); columns from `labels` to `stride` may hold any finite
// number.
struct DecodingKernels {
    // The label with the highest emission and its probability, both (words,).
    void (*softmax)(const DecodingTables& tables, const float* emissions, std::size_t words,
                    std::size_t stride, int* best, double* chances);
    // The label with the highest marginal and that marginal, both (words,). Of `scratch`
    // (3 · words + 2, doubles), the first `words` rows are then marginals times a number a word.
    void (*marginals)(const DecodingTables& tables, const float* emissions, std::size_t words,
                      std::size_t stride, double* scratch, int* best, double* chances);
    // The legal labels (words,) with the highest score; `scratch` is (words, floats).
    void (*viterbi)(const DecodingTables& tables, const float* emissions, std::size_t words,
                    std::size_t stride, float* scratch, int* path);
};

}  // namespace nlp

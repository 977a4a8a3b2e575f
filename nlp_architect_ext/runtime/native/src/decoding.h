// Emissions to labels and their probabilities, as `Decoding` in runtime/decoding.py finds them.
#pragma once

#include <cstddef>
#include <vector>

#include "aligned.h"
#include "labels.h"

namespace nlp {

// Rows of labels are padded: of floats to a multiple of 16, of doubles to a multiple of 8.
constexpr std::size_t kFloatLanes = 16;
constexpr std::size_t kDoubleLanes = 8;

// What the kernels need to know of a label set and its pair scores; `Decoding` owns the arrays.
struct DecodingTables {
    std::size_t labels;
    std::size_t floats;   // labels, padded
    std::size_t doubles;  // labels, padded
    const float* bias;    // (floats,): added to emissions; zeros but for O

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
};

// The heavy loops, one set for each set of instructions; see decoding_kernels.inc.
//
// Emissions are (words, stride); columns from `labels` to `stride` may hold anything.
struct DecodingKernels {
    // The label with the highest emission and its probability, both (words,).
    void (*softmax)(const DecodingTables& tables, const float* emissions, std::size_t words,
                    std::size_t stride, int* best, double* chances);
    // The label with the highest marginal and that marginal, both (words,). Of `scratch`
    // (3 · words + 1, doubles), the first `words` rows are then marginals times a number a word.
    void (*marginals)(const DecodingTables& tables, const float* emissions, std::size_t words,
                      std::size_t stride, double* scratch, int* best, double* chances);
    // The legal labels (words,) with the highest score; `scratch` is (words, floats).
    void (*viterbi)(const DecodingTables& tables, const float* emissions, std::size_t words,
                    std::size_t stride, float* scratch, int* path);
};

// Scores of label pairs that a conditional random field learnt.
struct PairScores {
    std::vector<float> transitions;  // (labels before, labels after)
    std::vector<float> start;        // (labels,): of a sentence's first label
    std::vector<float> end;          // (labels,): of its last
};

// What decoding needs to compute with; each thread keeps its own for as long as it likes.
struct DecodingScratch {
    Aligned<float> paths;
    Aligned<double> sums;
    std::vector<int> path;
};

// The best legal labels of a sentence. Threads may share one.
class Decoding {
  public:
    // `pairs` is nullptr for a softmax; `outside_bias` is added to the emissions of O. Throws
    // DataError for pair scores of another size and for more labels than any tagger has.
    Decoding(const DecodingKernels& kernels, const LabelSet& labels, double outside_bias,
             const PairScores* pairs);

    // Labels and their probabilities (words,), of emissions (words, stride), where stride is a
    // multiple of 16 that holds the labels.
    void decode(const float* emissions, std::size_t words, std::size_t stride,
                DecodingScratch& scratch, int* labels, double* chances) const;

  private:
    void fill_bias(double outside_bias);
    void fill_legal(const PairScores& pairs);
    void fill_marginals(const PairScores& pairs);
    bool is_legal(const int* labels, std::size_t words) const;
    void replace(const float* emissions, std::size_t words, std::size_t stride,
                 DecodingScratch& scratch, int* labels, double* chances) const;

    DecodingKernels kernels_;
    LabelSet labels_;
    bool has_pairs_;
    DecodingTables tables_{};
    Aligned<float> floats_;    // what the tables point to, one after another
    Aligned<double> doubles_;  // the same
};

}  // namespace nlp

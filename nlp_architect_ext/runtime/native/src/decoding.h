// Emissions to labels and their probabilities, as `Decoding` in runtime/decoding.py finds them.
#pragma once

#include <cstddef>
#include <vector>

#include "aligned.h"
#include "decoding_kernels.h"
#include "labels.h"

namespace nlp {

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

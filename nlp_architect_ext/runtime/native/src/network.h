// The part of a student that sees a sentence: from what is known of each word to emissions.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "aligned.h"
#include "kernels.h"
#include "matrix.h"
#include "tensors.h"

namespace nlp {

// Some sentences that are computed together, the longest first.
struct Chunk {
    std::vector<std::size_t> lengths;        // in words, falling, none of them 0
    std::vector<std::size_t> starts;         // the first word of each among all words
    std::vector<const unsigned char*> rows;  // of the table, a word each

    std::size_t words() const { return rows.size(); }
};

// What a thread needs to compute chunks; it grows, and is used again.
struct Scratch {
    Aligned<unsigned char> hidden[3][2];  // of three layers, of each direction
    Aligned<unsigned char> gates;
    Aligned<unsigned char> nothing;
    Aligned<float> cells;
    Aligned<float> features[2];
    Aligned<float> scales;
    Aligned<float> between;    // two products of a chain's operation
    Aligned<float> attention;  // see Attention
    std::vector<const void*> pointers[kMaximumParts + 1];
    std::vector<const float*> skips;
    std::vector<float> tap_scales;
};

class Network {
  public:
    virtual ~Network() = default;

    // Reads what `export` wrote; features are the numbers of a word, labels the emissions of one.
    // Throws DataError for an unknown kind of network or arrays that don't fit together.
    static std::unique_ptr<Network> read(const Tensors& tensors, std::size_t features,
                                         std::size_t labels);

    // Bytes of a word's row in the table, whole cache lines.
    std::size_t row_size() const { return row_size_; }
    // Numbers a word's emissions take: labels, and padding of any value.
    std::size_t stride() const { return padded(labels_); }

    // The rows of words, (words, row size), from their features (words, padded features), padding
    // 0.
    virtual void fill_rows(const float* features, std::size_t words, unsigned char* rows) const = 0;
    // Emissions (words, stride) of a chunk.
    virtual void emissions(const Chunk& chunk, Scratch& scratch, float* found) const = 0;

  protected:
    Network(std::size_t features, std::size_t labels, bool are_integers);

    // Room for so many bytes in each row.
    void set_row_size(std::size_t bytes);
    // Features (words, padded features) times a matrix, written into rows from a place on.
    void multiply_features(const Matrix& matrix, const float* features, std::size_t words,
                           unsigned char* place, Store store) const;
    // The same for floats that lie elsewhere.
    void multiply_rows(const Matrix& matrix, Inputs inputs, std::size_t words, unsigned char* place,
                       Store store) const;

    const std::size_t features_;
    const std::size_t labels_;
    const bool are_integers_;  // the weights
    const NumberKernels& kernels_;
    const Store gate_store_;       // how what the table and products hold for later is kept, ...
    const std::size_t gate_size_;  // ... and bytes of such a number
    std::size_t row_size_ = 0;
};

}  // namespace nlp

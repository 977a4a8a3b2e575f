// An operation of a chain: from the features of a sentence's words to as many new ones.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "dense.h"
#include "matrix.h"
#include "network.h"

namespace nlp {

// Where an operation is read from, and for which chain.
struct ChainSource {
    const Tensors& tensors;
    std::string name;   // of the operation, in front of its arrays'
    std::size_t width;  // features of a word
    const NumberKernels& kernels;
    bool are_integers;
    bool is_first;  // of the chain: its product with a word alone is the table's

    Weights large(const char* what, std::size_t outputs, std::size_t inputs) const;
    std::vector<float> small(const std::string& what, std::size_t count) const;
    // The same for a bias.
    std::vector<float> bias(const char* what, std::size_t count) const;
};

class ChainOperation {
  public:
    virtual ~ChainOperation() = default;

    // Throws DataError for an unknown kind or arrays that don't fit.
    static std::unique_ptr<ChainOperation> read(const std::string& kind, const ChainSource& source);

    // What comes first where a word alone decides it: a product with its features, for the table or
    // a dense one. Its size is the bytes of a word's outputs, 0 where there is no such product.
    const Matrix& product() const { return product_; }
    Store store() const { return store_; }
    std::size_t size() const;

    // From the features of all words, the first of the scratch, and the outputs of the product, the
    // last of its pointers, to new features (words, stride).
    virtual void run(const Chunk& chunk, Scratch& scratch, float* out) const = 0;
    virtual std::size_t stride() const { return width_; }

  protected:
    explicit ChainOperation(const ChainSource& source);

    // From features between two products to new ones.
    void multiply(const Matrix& matrix, Features features, Scratch& scratch, float* out,
                  Store store) const;
    // The product's matrix, for the table or not.
    Matrix product_matrix(const ChainSource& source, const Weights& weights,
                          const std::vector<float>& bias, const Packing& packing) const;

    const NumberKernels& kernels_;
    const std::size_t width_;
    Store store_;
    Matrix product_;
};

}  // namespace nlp

// The student `chain`: any operations one after the other, each with a residual connection and a
// layer normalisation.
#pragma once

#include <memory>
#include <vector>

#include "chain_operation.h"
#include "matrix.h"
#include "network.h"

namespace nlp {

// A word's row in the table are its features behind the first matrix, as floats, and its products
// with the first operation.
class ChainNetwork : public Network {
  public:
    ChainNetwork(const Tensors& tensors, std::size_t features, std::size_t labels);

    void fill_rows(const float* features, std::size_t words, unsigned char* rows) const override;
    void emissions(const Chunk& chunk, Scratch& scratch, float* found) const override;

  private:
    struct Layer {
        std::unique_ptr<ChainOperation> operation;
        std::vector<float> scale;  // of the normalisation
        std::vector<float> shift;
    };

    void read_layers(const Tensors& tensors);
    void take_rows(const Chunk& chunk, Scratch& scratch) const;
    void multiply(const ChainOperation& operation, const Chunk& chunk, Scratch& scratch) const;

    std::size_t width_;
    Matrix input_;
    std::vector<Layer> layers_;
    Matrix output_;
};

}  // namespace nlp

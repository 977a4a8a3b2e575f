// The student `id-cnn`: convolutions over three words, whose reach grows.
#pragma once

#include <vector>

#include "matrix.h"
#include "network.h"

namespace nlp {

// The first convolution's three products with a word's features depend on the word alone: they are
// its row in the table. As integers, each word's features have a scale of their own, so that no
// answer depends on other sentences.
class ConvolutionNetwork : public Network {
  public:
    ConvolutionNetwork(const Tensors& tensors, std::size_t features, std::size_t labels);

    void fill_rows(const float* features, std::size_t words, unsigned char* rows) const override;
    void emissions(const Chunk& chunk, Scratch& scratch, float* found) const override;

  private:
    struct Layer {
        Matrix weights;
        std::size_t dilation = 1;
    };

    void add_taps(const Chunk& chunk, Scratch& scratch) const;
    void convolve(const Layer& layer, const Chunk& chunk, Scratch& scratch, float* out) const;

    std::size_t filters_ = 0;  // padded
    std::size_t blocks_ = 0;   // how often the layers are applied
    Matrix first_;
    std::vector<Layer> layers_;
    Matrix output_;
};

}  // namespace nlp

// The student `cnn-lstm`: bidirectional LSTM layers, perhaps a layer behind them, labels.
#pragma once

#include <optional>
#include <vector>

#include "lstm_layer.h"
#include "matrix.h"
#include "network.h"

namespace nlp {

// The first layer's product with a word's features depends on the word alone, as does the skip from
// the features to the labels: both are the word's row in the table, gates first.
class LstmNetwork : public Network {
  public:
    LstmNetwork(const Tensors& tensors, std::size_t features, std::size_t labels);

    void fill_rows(const float* features, std::size_t words, unsigned char* rows) const override;
    void emissions(const Chunk& chunk, Scratch& scratch, float* found) const override;

  private:
    void read_head(const Tensors& tensors);
    void read_inputs(const LstmLayer& layer, int direction, std::size_t words, Scratch& scratch,
                     std::size_t before, std::size_t width) const;
    void multiply_head(const Chunk& chunk, Scratch& scratch, std::size_t last, float* found) const;

    std::size_t gate_count_ = 0;  // of a word's row: both directions of the first layer
    Matrix skip_;                 // with the labels' bias
    std::vector<LstmLayer> layers_;
    std::optional<Matrix> hidden_;
    Matrix output_;
};

}  // namespace nlp

#include "network.h"

#include <string>

#include "chain_network.h"
#include "convolution_network.h"
#include "errors.h"
#include "lstm_network.h"

namespace nlp {
namespace {

constexpr std::size_t kLine = 64;  // bytes of a cache line

}  // namespace

Network::Network(std::size_t features, std::size_t labels, bool are_integers)
    : features_(features),
      labels_(labels),
      are_integers_(are_integers),
      kernels_(are_integers ? kernels().integers : kernels().floats),
      gate_store_(are_integers ? Store::Halves : Store::Floats),
      gate_size_(are_integers ? sizeof(Half) : sizeof(float)) {}

void Network::set_row_size(std::size_t bytes) { row_size_ = (bytes + kLine - 1) / kLine * kLine; }

void Network::multiply_features(const Matrix& matrix, const float* features, std::size_t words,
                                unsigned char* place, Store store) const {
    multiply_rows(matrix, {features, padded(features_) * sizeof(float)}, words, place, store);
}

void Network::multiply_rows(const Matrix& matrix, Inputs inputs, std::size_t words,
                            unsigned char* place, Store store) const {
    std::vector<const void*> pointers;
    Product product = matrix.times(words, {inputs}, &pointers);
    const bool are_halves = store == Store::Halves;
    product.outputs = place;
    product.stride = row_size_ / (are_halves ? sizeof(Half) : sizeof(float));
    product.store = store;
    (are_halves ? kernels().half_product : kernels().floats.product)(product);
}

std::unique_ptr<Network> Network::read(const Tensors& tensors, std::size_t features,
                                       std::size_t labels) {
    const std::string kind = tensors.metadata("network");
    if (kind == "cnn-lstm") return std::make_unique<LstmNetwork>(tensors, features, labels);
    if (kind == "id-cnn") return std::make_unique<ConvolutionNetwork>(tensors, features, labels);
    if (kind == "chain") return std::make_unique<ChainNetwork>(tensors, features, labels);
    throw DataError("network \"" + kind + "\"; expected cnn-lstm, id-cnn or chain");
}

}  // namespace nlp

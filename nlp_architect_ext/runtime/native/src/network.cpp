#include "network.h"

#include <string>

#include "convolution_network.h"
#include "errors.h"
#include "lstm_network.h"

namespace nlp {

std::unique_ptr<Network> Network::read(const Tensors& tensors, std::size_t features,
                                       std::size_t labels) {
    const std::string kind = tensors.metadata("network");
    if (kind == "cnn-lstm") return std::make_unique<LstmNetwork>(tensors, features, labels);
    if (kind == "id-cnn") return std::make_unique<ConvolutionNetwork>(tensors, features, labels);
    throw DataError("network \"" + kind + "\"; expected cnn-lstm or id-cnn");
}

}  // namespace nlp

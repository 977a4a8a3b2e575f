#include "chain_network.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "errors.h"

namespace nlp {
namespace {

constexpr std::size_t kLeastWidth = 32;
constexpr std::size_t kMostWidth = 256;
constexpr std::size_t kMostOperations = 100;

// The names between commas; none of an empty text.
std::vector<std::string> names_of(const std::string& text) {
    std::vector<std::string> found;
    for (std::size_t start = 0; !text.empty() && start <= text.size();) {
        const std::size_t end = std::min(text.find(',', start), text.size());
        found.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    return found;
}

std::size_t read_width(const Tensors& tensors) {
    const std::vector<std::size_t>& shape = tensors.at("input").shape;
    const std::size_t width = shape.empty() ? 0 : shape[0];
    if (width < kLeastWidth || width > kMostWidth || width % kBlock != 0) {
        throw DataError("a chain of width " + std::to_string(width) +
                        "; expected a multiple of 16 from 32 to 256");
    }
    return width;
}

std::string name_of(std::size_t operation) { return "operations." + std::to_string(operation); }

}  // namespace

ChainNetwork::ChainNetwork(const Tensors& tensors, std::size_t features, std::size_t labels)
    : Network(features, labels, tensors.at("input").type == Tensor::Type::Int8),
      width_(read_width(tensors)) {
    input_ =
        Matrix::floats(read_large(tensors, "input", width_, features, are_integers_),
                       read_bias(tensors, "input.bias", width_), plain_packing(width_, {features}));
    read_layers(tensors);
    const std::size_t first = layers_.empty() ? 0 : layers_[0].operation->size();
    set_row_size(width_ * sizeof(float) + first);
    output_ =
        dense_matrix(kernels_, read_large(tensors, "output", labels_, width_, are_integers_),
                     read_bias(tensors, "output.bias", labels_), plain_packing(labels_, {width_}));
}

void ChainNetwork::read_layers(const Tensors& tensors) {
    const std::vector<std::string> kinds = names_of(tensors.metadata("operations"));
    if (kinds.size() > kMostOperations) {
        throw DataError(std::to_string(kinds.size()) + " operations; expected at most " +
                        std::to_string(kMostOperations));
    }
    for (const std::string& kind : kinds) {
        const std::size_t number = layers_.size();
        const ChainSource source = {tensors,  name_of(number), width_,
                                    kernels_, are_integers_,   number == 0};
        layers_.push_back({ChainOperation::read(kind, source), source.small("norm.scale", width_),
                           source.small("norm.shift", width_)});
    }
    if (tensors.has(name_of(kinds.size()) + ".norm.scale")) {
        throw DataError("array " + name_of(kinds.size()) + ".norm.scale: there are only " +
                        std::to_string(kinds.size()) + " operations");
    }
}

void ChainNetwork::fill_rows(const float* features, std::size_t words, unsigned char* rows) const {
    multiply_features(input_, features, words, rows, Store::Floats);
    if (layers_.empty() || layers_[0].operation->size() == 0) return;
    const ChainOperation& first = *layers_[0].operation;
    multiply_rows(first.product(), {rows, row_size_}, words, rows + width_ * sizeof(float),
                  first.store());
}

void ChainNetwork::emissions(const Chunk& chunk, Scratch& scratch, float* found) const {
    const std::size_t words = chunk.words();
    take_rows(chunk, scratch);
    for (const Layer& layer : layers_) {
        const ChainOperation& operation = *layer.operation;
        if (&layer != &layers_[0] && operation.size() > 0) multiply(operation, chunk, scratch);
        scratch.features[1].reserve(words * operation.stride());
        operation.run(chunk, scratch, scratch.features[1].data());
        kernels().chain.normalise({scratch.features[1].data(), operation.stride(), words, width_,
                                   layer.scale.data(), layer.shift.data(),
                                   scratch.features[0].data()});
    }
    multiply_dense(kernels_, output_, {scratch.features[0].data(), words, width_}, scratch,
                   {found, stride(), Store::Floats});
}

// The words' features, copied, and where the products of the first operation are.
void ChainNetwork::take_rows(const Chunk& chunk, Scratch& scratch) const {
    const std::size_t bytes = width_ * sizeof(float);
    scratch.features[0].reserve(chunk.words() * width_);
    std::vector<const void*>& products = scratch.pointers[kMaximumParts];
    products.clear();
    for (std::size_t word = 0; word < chunk.words(); ++word) {
        std::memcpy(scratch.features[0].data() + word * width_, chunk.rows[word], bytes);
        products.push_back(chunk.rows[word] + bytes);
    }
}

// The product of a later operation, which comes before all else.
void ChainNetwork::multiply(const ChainOperation& operation, const Chunk& chunk,
                            Scratch& scratch) const {
    const std::size_t words = chunk.words();
    scratch.gates.reserve(words * operation.size());
    multiply_dense(kernels_, operation.product(), {scratch.features[0].data(), words, width_},
                   scratch,
                   {scratch.gates.data(), operation.product().outputs(), operation.store()});
    std::vector<const void*>& products = scratch.pointers[kMaximumParts];
    products.clear();
    for (std::size_t word = 0; word < words; ++word) {
        products.push_back(scratch.gates.data() + word * operation.size());
    }
}

}  // namespace nlp

#include "convolution_network.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "errors.h"
#include "json.h"

namespace nlp {
namespace {

constexpr std::size_t kTaps = 3;
constexpr std::size_t kMostBlocks = 1000;  // and the farthest reach of a convolution, in words

// Weights (filters, inputs, taps) with the taps first: (filters, taps · inputs).
Weights taps_first(const Weights& weights) {
    Weights found = weights;
    const std::size_t inputs = weights.inputs / kTaps;
    for (std::size_t output = 0; output < weights.outputs; ++output) {
        for (std::size_t place = 0; place < weights.inputs; ++place) {
            const std::size_t from = output * weights.inputs + place;
            const std::size_t to = output * weights.inputs + place % kTaps * inputs + place / kTaps;
            if (weights.are_integers()) {
                found.integers[to] = weights.integers[from];
            } else {
                found.floats[to] = weights.floats[from];
            }
        }
    }
    return found;
}

Weights read_convolution(const Tensors& tensors, const std::string& name, std::size_t inputs) {
    const Tensor& tensor = tensors.at(name);
    if (tensor.shape.size() != 3 || tensor.shape[1] != inputs || tensor.shape[2] != kTaps) {
        throw DataError("array " + name + ": expected (filters, " + std::to_string(inputs) +
                        ", 3)");
    }
    return taps_first(Weights::read(tensors, name, kTaps));
}

std::size_t limited(std::size_t value, const char* what) {
    if (value < 1 || value > kMostBlocks) {
        throw DataError(std::string(what) + ": expected 1 to " + std::to_string(kMostBlocks));
    }
    return value;
}

}  // namespace

ConvolutionNetwork::ConvolutionNetwork(const Tensors& tensors, std::size_t features,
                                       std::size_t labels)
    : Network(features, labels, tensors.at("first").type == Tensor::Type::Int8) {
    const Weights first = read_convolution(tensors, "first", features);
    const std::size_t filters = first.outputs;
    filters_ = padded(filters);
    Packing packing = plain_packing(0, {features});
    std::vector<float> bias(kTaps * filters);
    const std::vector<float> own_bias = read_bias(tensors, "first.bias", filters);
    std::copy(own_bias.begin(), own_bias.end(),
              bias.begin() + static_cast<std::ptrdiff_t>(filters));
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
        for (std::size_t filter = 0; filter < filters; ++filter) {
            packing.places.push_back(tap * filters_ + filter);
        }
    }
    packing.blocks = kTaps * filters_ / kBlock;
    first_ = Matrix::of_table(are_integers_, first.taps_as_outputs(kTaps), bias, packing);
    set_row_size(kTaps * filters_ * gate_size_);
    blocks_ = limited(Json::parse(tensors.metadata("blocks")).size(), "blocks");
    const Json dilations = Json::parse(tensors.metadata("dilations"));
    for (const Json& dilation : dilations.array()) {
        const std::string name = "block." + std::to_string(layers_.size());
        const Weights weights = read_convolution(tensors, name, filters);
        if (weights.outputs != filters || weights.are_integers() != are_integers_) {
            throw DataError("array " + name + ": doesn't fit those before");
        }
        layers_.push_back({Matrix(kernels_, weights, read_bias(tensors, name + ".bias", filters),
                                  plain_packing(filters, {filters, filters, filters})),
                           limited(dilation.size(), "a dilation")});
    }
    output_ =
        Matrix::floats(Weights::read(tensors, "output"), read_bias(tensors, "output.bias", labels_),
                       plain_packing(labels_, {filters}));
}

void ConvolutionNetwork::fill_rows(const float* features, std::size_t words,
                                   unsigned char* rows) const {
    multiply_features(first_, features, words, rows, gate_store_);
}

void ConvolutionNetwork::emissions(const Chunk& chunk, Scratch& scratch, float* found) const {
    const std::size_t words = chunk.words();
    for (Aligned<float>& features : scratch.features) features.reserve(words * filters_);
    add_taps(chunk, scratch);
    for (std::size_t block = 0; block < blocks_; ++block) {
        for (const Layer& layer : layers_) {
            if (are_integers_) {
                scratch.hidden[0][0].reserve(words * filters_ * kernels_.input_size);
                scratch.scales.reserve(words);
                kernels_.round(scratch.features[0].data(), words, filters_,
                               scratch.hidden[0][0].data(), scratch.scales.data());
            }
            convolve(layer, chunk, scratch, scratch.features[1].data());
            std::swap(scratch.features[0], scratch.features[1]);
        }
    }
    Product product = output_.times(words, {{scratch.features[0].data(), filters_ * sizeof(float)}},
                                    scratch.pointers);
    product.outputs = found;
    product.stride = stride();
    product.store = Store::Floats;
    kernels().floats.product(product);
}

// The first convolution: features after ReLU from the words' rows.
void ConvolutionNetwork::add_taps(const Chunk& chunk, Scratch& scratch) const {
    std::vector<const void*>& taps = scratch.pointers[0];
    taps.assign(kTaps * chunk.words(), nullptr);
    const std::size_t tap_bytes = filters_ * gate_size_;
    for (std::size_t sentence = 0; sentence < chunk.lengths.size(); ++sentence) {
        const std::size_t start = chunk.starts[sentence];
        const std::size_t end = start + chunk.lengths[sentence];
        for (std::size_t word = start; word < end; ++word) {
            const void** own = taps.data() + kTaps * word;
            if (word > start) own[0] = chunk.rows[word - 1];
            own[1] = chunk.rows[word] + tap_bytes;
            if (word + 1 < end) own[2] = chunk.rows[word + 1] + 2 * tap_bytes;
        }
    }
    kernels_.add_taps(taps.data(), kTaps, chunk.words(), filters_, scratch.features[0].data());
}

// One convolution of all words; a word beyond its sentence's ends is all zero.
void ConvolutionNetwork::convolve(const Layer& layer, const Chunk& chunk, Scratch& scratch,
                                  float* out) const {
    const std::size_t words = chunk.words();
    const std::size_t bytes = filters_ * kernels_.input_size;
    const unsigned char* inputs =
        are_integers_ ? scratch.hidden[0][0].data()
                      : reinterpret_cast<const unsigned char*>(scratch.features[0].data());
    scratch.nothing.reserve(bytes);
    Product product{};
    product.matrix = layer.weights.view();
    product.rows = words;
    product.parts = kTaps;
    product.outputs = out;
    product.stride = filters_;
    product.store = Store::Features;
    scratch.tap_scales.resize(kTaps * words);
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
        std::vector<const void*>& pointers = scratch.pointers[tap];
        pointers.assign(words, scratch.nothing.data());
        float* scales = scratch.tap_scales.data() + tap * words;
        std::memset(scales, 0, words * sizeof(float));
        for (std::size_t sentence = 0; sentence < chunk.lengths.size(); ++sentence) {
            const std::size_t start = chunk.starts[sentence];
            const std::size_t length = chunk.lengths[sentence];
            for (std::size_t offset = 0; offset < length; ++offset) {
                const std::size_t from = offset + tap * layer.dilation;  // from the dilation before
                if (from < layer.dilation || from - layer.dilation >= length) continue;
                const std::size_t word = start + from - layer.dilation;
                pointers[start + offset] = inputs + word * bytes;
                if (are_integers_) scales[start + offset] = scratch.scales[word];
            }
        }
        product.inputs[tap] = pointers.data();
        product.part_groups[tap] = layer.weights.part_groups(tap);
        product.input_scales[tap] = are_integers_ ? scales : nullptr;
    }
    kernels_.product(product);
}

}  // namespace nlp

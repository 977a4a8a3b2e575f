#include "lstm_network.h"

#include <string>
#include <utility>

#include "errors.h"

namespace nlp {
namespace {

std::string name_of(std::size_t layer) { return "layers." + std::to_string(layer); }

bool has_integers(const Tensors& tensors) {
    if (!LstmLayer::is_there(tensors, name_of(0))) throw DataError("no LSTM layer");
    return tensors.at(name_of(0) + ".rightward.recurrent").type == Tensor::Type::Int8;
}

}  // namespace

LstmNetwork::LstmNetwork(const Tensors& tensors, std::size_t features, std::size_t labels)
    : Network(features, labels, has_integers(tensors)) {
    std::size_t inputs = features;
    for (std::size_t index = 0; LstmLayer::is_there(tensors, name_of(index)); ++index) {
        const LstmInputs source = index == 0 ? LstmInputs::Table : LstmInputs::Hidden;
        layers_.push_back(
            LstmLayer::read(tensors, name_of(index), source, inputs, kernels_, are_integers_));
        inputs = 2 * layers_.back().width;
    }
    read_head(tensors);
    gate_count_ = 2 * kGates * padded(layers_[0].width);
    set_row_size(gate_count_ * gate_size_ + stride() * sizeof(float));
}

void LstmNetwork::read_head(const Tensors& tensors) {
    const std::size_t last = layers_.back().width;
    const std::vector<float> bias = read_bias(tensors, "output.bias", labels_);
    const std::vector<float> no_bias(labels_);
    const Weights output = Weights::read(tensors, "output");
    if (tensors.has("hidden")) {
        const std::size_t first = layers_[0].width;
        const Weights hidden = Weights::read(tensors, "hidden");
        Packing packing = plain_packing(hidden.outputs, {first, first, last, last});
        packing.input_offset = kernels_.hidden_offset;
        packing.input_unit = 1 / kHiddenScale;
        if (hidden.are_integers() != are_integers_) throw DataError("hidden: of another type");
        hidden_ =
            Matrix(kernels_, hidden, read_bias(tensors, "hidden.bias", hidden.outputs), packing);
        output_ = Matrix::floats(output, no_bias, plain_packing(labels_, {hidden.outputs}));
    } else {
        Packing packing = plain_packing(labels_, {last, last});
        packing.input_offset = kernels_.hidden_offset;
        packing.input_unit = 1 / kHiddenScale;
        if (output.are_integers() != are_integers_) throw DataError("output: of another type");
        output_ = Matrix(kernels_, output, no_bias, packing);
    }
    Weights skip;
    skip.outputs = labels_;
    skip.inputs = features_;
    skip.floats.resize(labels_ * features_);
    std::vector<float> skip_bias = bias;
    if (tensors.has("skip")) {
        skip = Weights::read(tensors, "skip");
        const std::vector<float> own = read_bias(tensors, "skip.bias", labels_);
        for (std::size_t label = 0; label < labels_; ++label) skip_bias[label] += own[label];
    }
    skip_ = Matrix::floats(skip, skip_bias, plain_packing(labels_, {features_}));
}

void LstmNetwork::fill_rows(const float* features, std::size_t words, unsigned char* rows) const {
    multiply_features(layers_[0].joined, features, words, rows, gate_store_);
    multiply_features(skip_, features, words, rows + gate_count_ * gate_size_, Store::Floats);
}

void LstmNetwork::emissions(const Chunk& chunk, Scratch& scratch, float* found) const {
    const std::size_t words = chunk.words();
    const std::size_t input_size = kernels_.input_size;
    std::size_t before = 0;  // which hidden states the next layer reads
    for (std::size_t index = 0; index < layers_.size(); ++index) {
        const LstmLayer& layer = layers_[index];
        const std::size_t width = padded(layer.width);
        // The first layer's are kept for the layer behind the last.
        const std::size_t own = index == 0 ? 0 : before == 1 ? 2 : 1;
        for (int direction = 0; direction < 2; ++direction) {
            scratch.hidden[own][direction].reserve(words * width * input_size);
            std::vector<const void*>& gates = scratch.pointers[kMaximumParts];
            gates.resize(words);
            if (index == 0) {
                const std::size_t place =
                    static_cast<std::size_t>(direction) * kGates * width * gate_size_;
                for (std::size_t word = 0; word < words; ++word) {
                    gates[word] = chunk.rows[word] + place;
                }
            } else {
                read_inputs(layer, direction, words, scratch, before,
                            padded(layers_[index - 1].width));
            }
            layer.run(direction, chunk, kernels_, scratch, scratch.hidden[own][direction].data());
        }
        before = own;
    }
    multiply_head(chunk, scratch, before, found);
}

// Emissions from what the first layer found and the last, `last` among the hidden states.
void LstmNetwork::multiply_head(const Chunk& chunk, Scratch& scratch, std::size_t last,
                                float* found) const {
    const std::size_t words = chunk.words();
    std::vector<Inputs> parts;
    const auto add_both = [&](std::size_t own, std::size_t width) {
        for (const auto& direction : scratch.hidden[own]) {
            parts.push_back({direction.data(), padded(width) * kernels_.input_size});
        }
    };
    if (hidden_) {
        add_both(0, layers_[0].width);
        add_both(last, layers_.back().width);
        scratch.features[0].reserve(words * hidden_->outputs());
        Product product = hidden_->times(words, parts, scratch.pointers);
        product.outputs = scratch.features[0].data();
        product.stride = hidden_->outputs();
        product.store = Store::Features;
        kernels_.product(product);
        parts = {{scratch.features[0].data(), hidden_->outputs() * sizeof(float)}};
    } else {
        add_both(last, layers_.back().width);
    }
    scratch.skips.clear();
    for (const unsigned char* row : chunk.rows) {
        scratch.skips.push_back(reinterpret_cast<const float*>(row + gate_count_ * gate_size_));
    }
    Product product = output_.times(words, parts, scratch.pointers);
    product.outputs = found;
    product.stride = stride();
    product.store = Store::Floats;
    product.add = scratch.skips.data();
    (hidden_ ? kernels().floats : kernels_).product(product);
}

// The gates of a layer behind the first, before its recurrent product.
void LstmNetwork::read_inputs(const LstmLayer& layer, int direction, std::size_t words,
                              Scratch& scratch, std::size_t before, std::size_t width) const {
    const Matrix& matrix = layer.inputs[direction];
    const std::size_t bytes = width * kernels_.input_size;
    scratch.gates.reserve(words * matrix.outputs() * gate_size_);
    Product product = matrix.times(
        words,
        {{scratch.hidden[before][0].data(), bytes}, {scratch.hidden[before][1].data(), bytes}},
        scratch.pointers);
    product.outputs = scratch.gates.data();
    product.stride = matrix.outputs();
    product.store = gate_store_;
    kernels_.product(product);
    std::vector<const void*>& gates = scratch.pointers[kMaximumParts];
    for (std::size_t word = 0; word < words; ++word) {
        gates[word] = scratch.gates.data() + word * matrix.outputs() * gate_size_;
    }
}

}  // namespace nlp

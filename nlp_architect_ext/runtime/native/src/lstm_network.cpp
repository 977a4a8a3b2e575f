#include "lstm_network.h"

#include <utility>

#include "errors.h"

namespace nlp {
namespace {

constexpr std::size_t kLine = 64;  // bytes of a cache line

}  // namespace

LstmNetwork::LstmNetwork(const Tensors& tensors, std::size_t features, std::size_t labels)
    : Network(features, labels) {
    if (!LstmLayer::is_there(tensors, 0)) throw DataError("no LSTM layer");
    are_integers_ = tensors.at("layers.0.rightward.recurrent").type == Tensor::Type::Int8;
    kernels_ = are_integers_ ? &kernels().integers : &kernels().floats;
    gate_size_ = are_integers_ ? sizeof(Half) : sizeof(float);
    std::size_t inputs = features;
    for (std::size_t index = 0; LstmLayer::is_there(tensors, index); ++index) {
        layers_.push_back(LstmLayer::read(tensors, index, inputs, *kernels_, are_integers_));
        inputs = 2 * layers_.back().width;
    }
    read_head(tensors);
    gate_count_ = 2 * kGates * padded(layers_[0].width);
    const std::size_t bytes = gate_count_ * gate_size_ + stride() * sizeof(float);
    row_size_ = (bytes + kLine - 1) / kLine * kLine;
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
        packing.input_offset = kernels_->hidden_offset;
        packing.input_unit = 1 / kHiddenScale;
        if (hidden.are_integers() != are_integers_) throw DataError("hidden: of another type");
        hidden_ =
            Matrix(*kernels_, hidden, read_bias(tensors, "hidden.bias", hidden.outputs), packing);
        output_ = Matrix::floats(output, no_bias, plain_packing(labels_, {hidden.outputs}));
    } else {
        Packing packing = plain_packing(labels_, {last, last});
        packing.input_offset = kernels_->hidden_offset;
        packing.input_unit = 1 / kHiddenScale;
        if (output.are_integers() != are_integers_) throw DataError("output: of another type");
        output_ = Matrix(*kernels_, output, no_bias, packing);
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
    std::vector<const void*> inputs;
    for (std::size_t word = 0; word < words; ++word) {
        inputs.push_back(features + word * padded(features_));
    }
    Product product{};
    product.rows = words;
    product.parts = 1;
    product.inputs[0] = inputs.data();
    product.matrix = layers_[0].table.view();
    product.part_groups[0] = layers_[0].table.part_groups(0);
    product.outputs = rows;
    product.stride = row_size_ / gate_size_;
    product.store = are_integers_ ? Store::Halves : Store::Floats;
    (are_integers_ ? kernels().half_product : kernels().floats.product)(product);
    product.matrix = skip_.view();
    product.part_groups[0] = skip_.part_groups(0);
    product.outputs = rows + gate_count_ * gate_size_;
    product.stride = row_size_ / sizeof(float);
    product.store = Store::Floats;
    kernels().floats.product(product);
}

void LstmNetwork::emissions(const Chunk& chunk, Scratch& scratch, float* found) const {
    const std::size_t words = chunk.words();
    const std::size_t input_size = kernels_->input_size;
    std::size_t before = 0;  // which hidden states the next layer reads
    for (std::size_t index = 0; index < layers_.size(); ++index) {
        const LstmLayer& layer = layers_[index];
        const std::size_t width = padded(layer.width);
        // The first layer's are kept for the layer behind the last.
        const std::size_t own = index == 0 ? 0 : before == 1 ? 2 : 1;
        scratch.cells.reserve(chunk.lengths.size() * width);
        scratch.nothing.reserve(width * input_size);
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
            run_direction(layer, direction, chunk, scratch, scratch.hidden[own][direction].data());
        }
        before = own;
    }
    std::vector<std::pair<const unsigned char*, std::size_t>> parts;
    const auto both = [&](std::size_t own, std::size_t width) {
        for (const auto& direction : scratch.hidden[own]) {
            parts.emplace_back(direction.data(), padded(width) * input_size);
        }
    };
    scratch.skips.clear();
    for (const unsigned char* row : chunk.rows) {
        scratch.skips.push_back(reinterpret_cast<const float*>(row + gate_count_ * gate_size_));
    }
    Product product{};
    if (hidden_) {
        both(0, layers_[0].width);
        both(before, layers_.back().width);
        scratch.features[0].reserve(words * hidden_->outputs());
        product.outputs = scratch.features[0].data();
        product.stride = hidden_->outputs();
        product.store = Store::Features;
        multiply(*hidden_, words, scratch, parts, product);
        kernels_->product(product);
        parts = {{reinterpret_cast<const unsigned char*>(scratch.features[0].data()),
                  hidden_->outputs() * sizeof(float)}};
    } else {
        both(before, layers_.back().width);
    }
    product = Product{};
    product.outputs = found;
    product.stride = stride();
    product.store = Store::Floats;
    product.add = scratch.skips.data();
    multiply(output_, words, scratch, parts, product);
    (hidden_ ? kernels().floats : *kernels_).product(product);
}

// The rows and the matrix of a product; where each part begins, and bytes from word to word.
void LstmNetwork::multiply(const Matrix& matrix, std::size_t words, Scratch& scratch,
                           const std::vector<std::pair<const unsigned char*, std::size_t>>& parts,
                           Product& product) const {
    product.matrix = matrix.view();
    product.rows = words;
    product.parts = matrix.parts();
    for (std::size_t part = 0; part < matrix.parts(); ++part) {
        std::vector<const void*>& pointers = scratch.pointers[part];
        pointers.resize(words);
        for (std::size_t word = 0; word < words; ++word) {
            pointers[word] = parts[part].first + word * parts[part].second;
        }
        product.inputs[part] = pointers.data();
        product.part_groups[part] = matrix.part_groups(part);
    }
}

// The gates of a layer behind the first, before its recurrent product.
void LstmNetwork::read_inputs(const LstmLayer& layer, int direction, std::size_t words,
                              Scratch& scratch, std::size_t before, std::size_t width) const {
    const Matrix& matrix = layer.inputs[direction];
    const std::size_t bytes = width * kernels_->input_size;
    scratch.gates.reserve(words * matrix.outputs() * gate_size_);
    Product product{};
    product.outputs = scratch.gates.data();
    product.stride = matrix.outputs();
    product.store = are_integers_ ? Store::Halves : Store::Floats;
    multiply(matrix, words, scratch,
             {{scratch.hidden[before][0].data(), bytes}, {scratch.hidden[before][1].data(), bytes}},
             product);
    kernels_->product(product);
    std::vector<const void*>& gates = scratch.pointers[kMaximumParts];
    for (std::size_t word = 0; word < words; ++word) {
        gates[word] = scratch.gates.data() + word * matrix.outputs() * gate_size_;
    }
}

void LstmNetwork::run_direction(const LstmLayer& layer, int direction, const Chunk& chunk,
                                Scratch& scratch, unsigned char* hidden) const {
    const std::size_t width = padded(layer.width);
    if (kernels_->hidden_offset != 0) {
        std::memset(scratch.nothing.data(), kernels_->hidden_offset, width);
    }
    LstmRun run{};
    run.recurrent = layer.recurrent[direction].view();
    run.unit_blocks = width / kBlock;
    run.sentences = chunk.lengths.size();
    run.lengths = chunk.lengths.data();
    run.starts = chunk.starts.data();
    run.before = scratch.pointers[kMaximumParts].data();
    run.hidden = hidden;
    run.stride = width;
    run.nothing = scratch.nothing.data();
    run.cells = scratch.cells.data();
    run.is_leftward = direction == 1;
    kernels_->lstm(run);
}

}  // namespace nlp

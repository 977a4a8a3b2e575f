#include "chain_operation.h"

#include <algorithm>
#include <utility>

#include "errors.h"
#include "lstm_layer.h"

namespace nlp {
namespace {

constexpr float kQueryFactor = 0.25F;  // 1 / √16: heads have 16 numbers

// Both directions of an LSTM, side by side.
class LstmOperation : public ChainOperation {
  public:
    explicit LstmOperation(const ChainSource& source) : ChainOperation(source) {
        const LstmInputs inputs = source.is_first ? LstmInputs::Table : LstmInputs::Features;
        layer_ = LstmLayer::read(source.tensors, source.name + ".lstm", inputs, width_, kernels_,
                                 source.are_integers);
        if (2 * layer_.width != width_) {
            throw DataError("LSTM " + source.name + ".lstm: expected " +
                            std::to_string(width_ / 2) + " units a direction");
        }
        product_ = std::move(layer_.joined);
    }

    // A direction's last block may reach beyond its units: into the next direction's, which is
    // written later, or beyond the width.
    std::size_t stride() const override { return width_ + kBlock; }

    void run(const Chunk& chunk, Scratch& scratch, float* out) const override {
        std::vector<const void*>& gates = scratch.pointers[kMaximumParts];
        for (int direction = 0; direction < 2; ++direction) {
            Aligned<unsigned char>& hidden = scratch.hidden[1][direction];
            hidden.reserve(chunk.words() * padded(layer_.width) * kernels_.input_size);
            layer_.run(direction, chunk, kernels_, scratch, hidden.data(), {out, stride()});
            out += layer_.width;
            for (const void*& own : gates) own = static_cast<const char*>(own) + size() / 2;
        }
    }

  private:
    LstmLayer layer_;
};

// A convolution over neighbouring words, ReLU behind it: a product for each of its taps.
class ConvolutionOperation : public ChainOperation {
  public:
    ConvolutionOperation(const ChainSource& source, std::size_t taps)
        : ChainOperation(source), taps_(taps) {
        const std::vector<float> own = source.bias("product", width_);
        std::vector<float> bias(taps * width_);
        std::copy(own.begin(), own.end(),
                  bias.begin() + static_cast<std::ptrdiff_t>(taps / 2 * width_));
        const Weights weights = source.large("product", width_, taps * width_);
        product_ = product_matrix(source, weights.taps_as_outputs(taps), bias,
                                  plain_packing(taps * width_, {width_}));
    }

    void run(const Chunk& chunk, Scratch& scratch, float* out) const override {
        const std::vector<const void*>& products = scratch.pointers[kMaximumParts];
        std::vector<const void*>& taps = scratch.pointers[0];
        taps.assign(taps_ * chunk.words(), nullptr);
        const std::size_t reach = taps_ / 2;
        for (std::size_t sentence = 0; sentence < chunk.lengths.size(); ++sentence) {
            const std::size_t start = chunk.starts[sentence];
            const std::size_t end = start + chunk.lengths[sentence];
            for (std::size_t word = start; word < end; ++word) {
                for (std::size_t tap = 0; tap < taps_; ++tap) {
                    const std::size_t from = word + tap;  // counted from the reach before
                    if (from < start + reach || from - reach >= end) continue;
                    const auto* other = static_cast<const unsigned char*>(products[from - reach]);
                    taps[taps_ * word + tap] = other + tap * (size() / taps_);
                }
            }
        }
        kernels_.add_taps(taps.data(), taps_, chunk.words(), width_, out);
    }

  private:
    std::size_t taps_;
};

// A depthwise convolution, then a product of each word's features, and ReLU.
class SeparableOperation : public ChainOperation {
  public:
    SeparableOperation(const ChainSource& source, std::size_t taps)
        : ChainOperation(source), taps_(taps), weights_(taps * width_) {
        const std::vector<float> depthwise =
            read_large(source.tensors, source.name + ".depthwise", width_, taps, false).floats;
        for (std::size_t place = 0; place < width_ * taps; ++place) {
            weights_[place % taps * width_ + place / taps] = depthwise[place];
        }
        pointwise_ = dense_matrix(kernels_, source.large("product", width_, width_),
                                  source.bias("product", width_), plain_packing(width_, {width_}));
    }

    void run(const Chunk& chunk, Scratch& scratch, float* out) const override {
        scratch.between.reserve(chunk.words() * width_);
        for (std::size_t sentence = 0; sentence < chunk.lengths.size(); ++sentence) {
            const std::size_t first = chunk.starts[sentence] * width_;
            kernels().chain.convolve_depthwise({scratch.features[0].data() + first,
                                                chunk.lengths[sentence], width_, weights_.data(),
                                                taps_, scratch.between.data() + first});
        }
        multiply(pointwise_, {scratch.between.data(), chunk.words(), width_}, scratch, out,
                 Store::Features);
    }

  private:
    std::size_t taps_;
    Aligned<float> weights_;  // (taps, width)
    Matrix pointwise_;
};

// Attention of each word to all of its sentence.
class AttentionOperation : public ChainOperation {
  public:
    explicit AttentionOperation(const ChainSource& source) : ChainOperation(source) {
        Weights weights;
        std::vector<float> bias;
        for (const char* what : {"query", "key", "value"}) {
            weights.append(source.large(what, width_, width_));
            const std::vector<float> own = source.bias(what, width_);
            bias.insert(bias.end(), own.begin(), own.end());
        }
        Packing packing = plain_packing(3 * width_, {width_});
        packing.factors.assign(3 * width_, 1);
        std::fill_n(packing.factors.begin(), width_, kQueryFactor);
        store_ = Store::Floats;
        product_ = product_matrix(source, weights, bias, packing);
        output_ = dense_matrix(kernels_, source.large("output", width_, width_),
                               source.bias("output", width_), plain_packing(width_, {width_}));
    }

    void run(const Chunk& chunk, Scratch& scratch, float* out) const override {
        scratch.between.reserve(chunk.words() * width_);
        scratch.attention.reserve(attention_scratch(chunk.lengths[0]));
        for (std::size_t sentence = 0; sentence < chunk.lengths.size(); ++sentence) {
            const std::size_t start = chunk.starts[sentence];
            kernels().chain.attend({scratch.pointers[kMaximumParts].data() + start,
                                    chunk.lengths[sentence], width_, scratch.attention.data(),
                                    scratch.between.data() + start * width_});
        }
        multiply(output_, {scratch.between.data(), chunk.words(), width_}, scratch, out,
                 Store::Floats);
    }

  private:
    Matrix output_;
};

// Two products of each word's features, ReLU between them.
class FeedForwardOperation : public ChainOperation {
  public:
    explicit FeedForwardOperation(const ChainSource& source) : ChainOperation(source) {
        const std::size_t inner = 2 * width_;
        first_ = dense_matrix(kernels_, source.large("first", inner, width_),
                              source.bias("first", inner), plain_packing(inner, {width_}));
        second_ = dense_matrix(kernels_, source.large("second", width_, inner),
                               source.bias("second", width_), plain_packing(width_, {inner}));
    }

    void run(const Chunk& chunk, Scratch& scratch, float* out) const override {
        const std::size_t words = chunk.words();
        scratch.between.reserve(words * first_.outputs());
        multiply(first_, {scratch.features[0].data(), words, width_}, scratch,
                 scratch.between.data(), Store::Features);
        multiply(second_, {scratch.between.data(), words, first_.outputs()}, scratch, out,
                 Store::Floats);
    }

  private:
    Matrix first_;
    Matrix second_;
};

}  // namespace

Weights ChainSource::large(const char* what, std::size_t outputs, std::size_t inputs) const {
    return read_large(tensors, name + "." + what, outputs, inputs, are_integers);
}

std::vector<float> ChainSource::small(const std::string& what, std::size_t count) const {
    return read_bias(tensors, name + "." + what, count);
}

std::vector<float> ChainSource::bias(const char* what, std::size_t count) const {
    return small(std::string(what) + ".bias", count);
}

ChainOperation::ChainOperation(const ChainSource& source)
    : kernels_(source.kernels),
      width_(source.width),
      store_(source.are_integers ? Store::Halves : Store::Floats) {}

std::unique_ptr<ChainOperation> ChainOperation::read(const std::string& kind,
                                                     const ChainSource& source) {
    if (kind == "lstm") return std::make_unique<LstmOperation>(source);
    if (kind == "conv3") return std::make_unique<ConvolutionOperation>(source, 3);
    if (kind == "conv5") return std::make_unique<ConvolutionOperation>(source, 5);
    if (kind == "separable3") return std::make_unique<SeparableOperation>(source, 3);
    if (kind == "separable5") return std::make_unique<SeparableOperation>(source, 5);
    if (kind == "separable7") return std::make_unique<SeparableOperation>(source, 7);
    if (kind == "attention") return std::make_unique<AttentionOperation>(source);
    if (kind == "feed-forward") return std::make_unique<FeedForwardOperation>(source);
    throw DataError("operation \"" + kind +
                    "\"; expected lstm, conv3, conv5, separable3, separable5, separable7, "
                    "attention or feed-forward");
}

std::size_t ChainOperation::size() const {
    return product_.outputs() * (store_ == Store::Halves ? sizeof(Half) : sizeof(float));
}

void ChainOperation::multiply(const Matrix& matrix, Features features, Scratch& scratch, float* out,
                              Store store) const {
    multiply_dense(kernels_, matrix, features, scratch, {out, matrix.outputs(), store});
}

Matrix ChainOperation::product_matrix(const ChainSource& source, const Weights& weights,
                                      const std::vector<float>& bias,
                                      const Packing& packing) const {
    if (!source.is_first) return dense_matrix(kernels_, weights, bias, packing);
    return Matrix::of_table(store_ == Store::Halves, weights, bias, packing);
}

}  // namespace nlp

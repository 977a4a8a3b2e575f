#include "word_features.h"

#include <algorithm>
#include <string>

#include "errors.h"

namespace nlp {
namespace {

constexpr std::size_t kTaps = 3;

void check_rows(const char* name, const Tensor& tensor, std::size_t rows) {
    if (tensor.shape.size() != 2 || tensor.shape[0] != rows || tensor.shape[1] == 0) {
        throw DataError(std::string("array ") + name + ": expected " + std::to_string(rows) +
                        " rows, as many as the vocabulary has ids");
    }
}

}  // namespace

WordFeatures::WordFeatures(const Vocabulary& vocabulary, const Tensors& tensors)
    : vocabulary_(vocabulary) {
    read_vectors(tensors);
    read_characters(tensors);
}

void WordFeatures::read_vectors(const Tensors& tensors) {
    const Tensor& vectors = tensors.at("word_vectors");
    check_rows("word_vectors", vectors, vocabulary_.word_count());
    width_ = vectors.shape[1];
    if (vectors.type == Tensor::Type::Float32) {
        vectors_ = vectors.floats();
        return;
    }
    rounded_ = vectors.int8s();
    const Tensor& scales = tensors.at("word_scale");
    if (scales.count() != vocabulary_.word_count()) throw DataError("array word_scale: its size");
    scales_ = scales.floats();
}

void WordFeatures::read_characters(const Tensors& tensors) {
    const Tensor& vectors = tensors.at("character_vectors");
    check_rows("character_vectors", vectors, vocabulary_.character_count());
    const std::size_t characters = vectors.shape[0];
    const std::size_t width = vectors.shape[1];
    const Tensor& filters = tensors.at("character_filters");
    if (filters.shape.size() != 3 || filters.shape[0] == 0 || filters.shape[1] != width ||
        filters.shape[2] != kTaps) {
        throw DataError("array character_filters: expected (filters, " + std::to_string(width) +
                        ", 3)");
    }
    filters_ = filters.shape[0];
    const std::vector<float> embedded = vectors.floats();
    const std::vector<float> weights = filters.floats();
    const std::vector<float> bias = tensors.at("character_bias").floats();
    if (bias.size() != filters_) throw DataError("array character_bias: its size");
    character_scores_.resize(kTaps * characters * filters_);
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
        for (std::size_t character = 0; character < characters; ++character) {
            float* scores = character_scores_.data() + (tap * characters + character) * filters_;
            for (std::size_t filter = 0; filter < filters_; ++filter) {
                float sum = 0;
                for (std::size_t place = 0; place < width; ++place) {
                    sum += embedded[character * width + place] *
                           weights[(filter * width + place) * kTaps + tap];
                }
                scores[filter] = tap == 1 ? sum + bias[filter] : sum;
            }
        }
    }
}

void WordFeatures::compute(std::string_view word, float* features) const {
    std::fill_n(features, width_, 0.0F);
    const std::uint32_t id = vocabulary_.word_id(word);
    if (id != Vocabulary::kUnknown) {
        add_vector(id, features);
    } else {
        std::vector<std::uint32_t> parts;
        vocabulary_.part_ids(word, parts);
        for (const std::uint32_t part : parts) add_vector(part, features);
        const auto count = static_cast<float>(parts.size());
        for (std::size_t place = 0; place < width_; ++place) features[place] /= count;
    }
    compute_characters(word, features + width_);
}

void WordFeatures::add_vector(std::size_t id, float* sum) const {
    const std::size_t first = id * width_;
    if (rounded_.empty()) {
        for (std::size_t place = 0; place < width_; ++place) {
            sum[place] += vectors_[first + place];
        }
        return;
    }
    const float scale = scales_[id];
    for (std::size_t place = 0; place < width_; ++place) {
        sum[place] += scale * static_cast<float>(rounded_[first + place]);
    }
}

void WordFeatures::compute_characters(std::string_view word, float* features) const {
    std::vector<std::uint32_t> ids;
    vocabulary_.character_ids(word, ids);
    ids.insert(ids.begin(), Vocabulary::kPadding);
    ids.push_back(Vocabulary::kPadding);
    std::fill_n(features, filters_, 0.0F);  // ReLU: no maximum is below
    const std::size_t tap_size = vocabulary_.character_count() * filters_;
    for (std::size_t at = 1; at + 1 < ids.size(); ++at) {
        const float* before = character_scores_.data() + ids[at - 1] * filters_;
        const float* here = character_scores_.data() + tap_size + ids[at] * filters_;
        const float* after = character_scores_.data() + 2 * tap_size + ids[at + 1] * filters_;
        for (std::size_t filter = 0; filter < filters_; ++filter) {
            const float value = before[filter] + here[filter] + after[filter];
            features[filter] = value > features[filter] ? value : features[filter];
        }
    }
}

}  // namespace nlp

// What a student knows of a word by itself, as runtime/word_features.py computes it.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "tensors.h"
#include "vocabulary.h"

namespace nlp {

// A word's vector, and features of its characters: a convolution over three, ReLU, maximum.
class WordFeatures {
  public:
    // From words.safetensors. The vocabulary must outlive it. Throws DataError for arrays that fit
    // neither each other nor the vocabulary.
    WordFeatures(const Vocabulary& vocabulary, const Tensors& tensors);

    // Numbers of a word.
    std::size_t size() const { return width_ + filters_; }
    // The features of a word: `size` numbers. Words are valid UTF-8.
    void compute(std::string_view word, float* features) const;

  private:
    void read_vectors(const Tensors& tensors);
    void read_characters(const Tensors& tensors);
    void add_vector(std::size_t id, float* sum) const;
    void compute_characters(std::string_view word, float* features) const;

    const Vocabulary& vocabulary_;
    std::size_t width_ = 0;  // of a word's vector
    std::size_t filters_ = 0;
    std::vector<float> vectors_;        // (word ids, width), or empty: ...
    std::vector<std::int8_t> rounded_;  // ... (word ids, width), times ...
    std::vector<float> scales_;         // ... (word ids,)
    // What a character adds to each filter before, at and after the place: (3, characters,
    // filters).
    std::vector<float> character_scores_;
};

}  // namespace nlp

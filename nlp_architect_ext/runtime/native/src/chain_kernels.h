// What the operations of a chain ask of the processor, all in floats; widths are whole blocks
// of 16.
#pragma once

#include <cstddef>

namespace nlp {

// Words of a sentence that look at one another. A row holds a word's queries, keys and values,
// `width` numbers each; a head is 16 of them.
struct Attention {
    const void* const* rows;  // a pointer a word: floats
    std::size_t words;
    std::size_t width;
    float* scratch;  // `attention_scratch` numbers
    float* out;      // (words, width)
};

// Numbers of scratch for a sentence: a head's keys, a column a word, and a score a word.
constexpr std::size_t attention_scratch(std::size_t words) { return 17 * ((words + 15) / 16 * 16); }

// A layer normalisation behind a residual connection.
struct Normalisation {
    const float* added;  // (words, stride): what is added to the features first
    std::size_t stride;
    std::size_t words;
    std::size_t width;
    const float* scale;  // (width,)
    const float* shift;  // (width,)
    float* features;     // (words, width): in place
};

// A depthwise convolution: each feature's weighted sum over the neighbouring words.
struct Depthwise {
    const float* features;  // (words, width) of one sentence
    std::size_t words;
    std::size_t width;
    const float* weights;  // (taps, width)
    std::size_t taps;      // an odd number
    float* out;            // (words, width)
};

struct ChainKernels {
    // Softmax over the words' scores, products of their queries and keys; means of values.
    void (*attend)(const Attention&);
    void (*normalise)(const Normalisation&);
    void (*convolve_depthwise)(const Depthwise&);
};

}  // namespace nlp

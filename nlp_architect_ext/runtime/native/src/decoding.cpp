#include "decoding.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "errors.h"

namespace nlp {
namespace {

constexpr std::size_t kMostLabels = 8192;  // squared and in bytes, still a 32-bit number
constexpr double kNearlyHalf = 0.499;      // room for rounding
constexpr float kNever = -std::numeric_limits<float>::infinity();

std::size_t padded(std::size_t count, std::size_t lanes) {
    return (count + lanes - 1) / lanes * lanes;
}

double largest(const std::vector<float>& scores) {
    return static_cast<double>(*std::max_element(scores.begin(), scores.end()));
}

// Whether labels of these probabilities surely are the best sequence: at least one of them is wrong
// with at most the sum of what they lack to 1, and below a half no other sequence can be more
// probable.
bool is_likely(const double* chances, std::size_t words) {
    double missing = 0;
    for (std::size_t word = 0; word < words; ++word) missing += 1 - chances[word];
    return missing < kNearlyHalf;  // never, if one isn't a number
}

PairScores zeros(std::size_t labels) {
    return {std::vector<float>(labels * labels), std::vector<float>(labels),
            std::vector<float>(labels)};
}

}  // namespace

Decoding::Decoding(const DecodingKernels& kernels, const LabelSet& labels, double outside_bias,
                   const PairScores* pairs)
    : kernels_(kernels), labels_(labels), has_pairs_(pairs != nullptr) {
    const std::size_t count = labels.size();
    if (count > kMostLabels) {
        throw DataError(std::to_string(count) + " labels; expected at most " +
                        std::to_string(kMostLabels));
    }
    if (has_pairs_ && (pairs->transitions.size() != count * count || pairs->start.size() != count ||
                       pairs->end.size() != count)) {
        throw DataError("scores of label pairs of another size; expected " +
                        std::to_string(count) + " labels");
    }
    tables_.labels = count;
    tables_.floats = padded(count, kFloatLanes);
    tables_.doubles = padded(count, kDoubleLanes);
    tables_.bias.reserve(tables_.floats);
    if (labels.outside()) tables_.bias.data()[*labels.outside()] = static_cast<float>(outside_bias);
    fill_legal(has_pairs_ ? *pairs : zeros(count));
    if (has_pairs_) fill_marginals(*pairs);
}

void Decoding::fill_legal(const PairScores& pairs) {
    const std::size_t count = tables_.labels;
    const std::size_t floats = tables_.floats;
    for (Aligned<float>* table : {&tables_.onward, &tables_.back}) {
        table->reserve(count * floats);
        std::fill_n(table->data(), count * floats, kNever);
    }
    for (Aligned<float>* row : {&tables_.start, &tables_.end}) {
        row->reserve(floats);
        std::fill_n(row->data(), floats, kNever);
    }
    for (std::size_t before = 0; before < count; ++before) {
        if (labels_.is_legal_start(before)) tables_.start.data()[before] = pairs.start[before];
        tables_.end.data()[before] = pairs.end[before];
        for (std::size_t after = 0; after < count; ++after) {
            if (!labels_.is_legal(before, after)) continue;
            const float score = pairs.transitions[before * count + after];
            tables_.onward.data()[before * floats + after] = score;
            tables_.back.data()[after * floats + before] = score;
        }
    }
}

void Decoding::fill_marginals(const PairScores& pairs) {
    const std::size_t count = tables_.labels;
    const std::size_t doubles = tables_.doubles;
    tables_.steps_onward.reserve(count * doubles);
    tables_.steps_back.reserve(count * doubles);
    tables_.begin_onward.reserve(doubles);
    tables_.begin_back.reserve(doubles);
    const double top = largest(pairs.transitions);
    const double top_start = largest(pairs.start);
    const double top_end = largest(pairs.end);
    for (std::size_t before = 0; before < count; ++before) {
        tables_.begin_onward.data()[before] = std::exp(double{pairs.start[before]} - top_start);
        tables_.begin_back.data()[before] = std::exp(double{pairs.end[before]} - top_end);
        for (std::size_t after = 0; after < count; ++after) {
            const double step = std::exp(double{pairs.transitions[before * count + after]} - top);
            tables_.steps_onward.data()[before * doubles + after] = step;
            tables_.steps_back.data()[after * doubles + before] = step;
        }
    }
}

bool Decoding::is_legal(const int* labels, std::size_t words) const {
    if (labels_.scheme() == LabelSet::Scheme::Plain) return true;
    bool is_legal = labels_.is_legal_start(static_cast<std::size_t>(labels[0]));
    for (std::size_t word = 1; word < words && is_legal; ++word) {
        is_legal = labels_.is_legal(static_cast<std::size_t>(labels[word - 1]),
                                    static_cast<std::size_t>(labels[word]));
    }
    return is_legal;
}

void Decoding::decode(const float* emissions, std::size_t words, std::size_t stride,
                      DecodingScratch& scratch, int* labels, double* chances) const {
    if (words == 0) return;
    if (has_pairs_) {
        scratch.sums.reserve((3 * words + 1) * tables_.doubles);
        kernels_.marginals(tables_, emissions, words, stride, scratch.sums.data(), labels, chances);
    } else {
        kernels_.softmax(tables_, emissions, words, stride, labels, chances);
    }
    const bool is_best = is_legal(labels, words) && (!has_pairs_ || is_likely(chances, words));
    if (!is_best) replace(emissions, words, stride, scratch, labels, chances);
}

// Puts the best legal labels in the place of labels word by word; a probability follows from the
// one that is known, since it is the ratio of two marginals, or of two exponentials of emissions.
void Decoding::replace(const float* emissions, std::size_t words, std::size_t stride,
                       DecodingScratch& scratch, int* labels, double* chances) const {
    scratch.paths.reserve(words * tables_.floats);
    if (scratch.path.size() < words) scratch.path.resize(words);
    int* path = scratch.path.data();
    kernels_.viterbi(tables_, emissions, words, stride, scratch.paths.data(), path);
    for (std::size_t word = 0; word < words; ++word) {
        if (path[word] == labels[word]) continue;
        const std::size_t own = static_cast<std::size_t>(path[word]);
        const std::size_t best = static_cast<std::size_t>(labels[word]);
        if (has_pairs_) {
            const double* sums = scratch.sums.data() + word * tables_.doubles;
            chances[word] *= sums[own] / sums[best];
        } else {
            const float* bias = tables_.bias.data();
            const float* row = emissions + word * stride;
            const float distance = (row[own] + bias[own]) - (row[best] + bias[best]);
            chances[word] *= static_cast<double>(std::exp(distance));
        }
        labels[word] = path[word];
    }
}

}  // namespace nlp

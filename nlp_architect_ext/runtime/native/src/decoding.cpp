#include "decoding.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "errors.h"

namespace nlp {
namespace {

constexpr std::size_t kMostLabels = 8192;  // squared and in bytes, still a 32-bit number
constexpr double kNearlyHalf = 0.499;      // room for rounding
constexpr std::size_t kNormalised = 6;     // words at most between two that are scaled
constexpr double kSteepest = 300;          // e^-300, squared, is still a number with all digits
constexpr float kLowest = -3e38F;          // of padding: added to any other number still finite
constexpr float kNever = -std::numeric_limits<float>::infinity();

std::size_t rounded_up(std::size_t count, std::size_t lanes) {
    return (count + lanes - 1) / lanes * lanes;
}

double largest(const std::vector<float>& scores) {
    return static_cast<double>(*std::max_element(scores.begin(), scores.end()));
}

// Words between two that are scaled, so that the least likely steps of two directions multiplied
// are still a number.
std::size_t normalised(const PairScores& pairs) {
    double steepest = 1;
    for (const auto* scores : {&pairs.transitions, &pairs.start, &pairs.end}) {
        const auto ends = std::minmax_element(scores->begin(), scores->end());
        steepest = std::max(steepest, double{*ends.second} - double{*ends.first});
    }
    const double words = std::floor(kSteepest / steepest);
    return static_cast<std::size_t>(std::clamp(words, 1.0, static_cast<double>(kNormalised)));
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
        throw DataError("scores of label pairs of another size; expected " + std::to_string(count) +
                        " labels");
    }
    tables_.labels = count;
    tables_.floats = rounded_up(count, kFloatLanes);
    tables_.doubles = rounded_up(count, kDoubleLanes);
    fill_bias(outside_bias);
    fill_legal(has_pairs_ ? *pairs : zeros(count));
    if (has_pairs_) fill_marginals(*pairs);
}

void Decoding::fill_bias(double outside_bias) {
    const std::size_t row = tables_.floats;
    floats_.reserve((3 + 2 * tables_.labels) * row);
    float* bias = floats_.data();
    std::fill(bias + tables_.labels, bias + row, kLowest);
    if (labels_.outside()) bias[*labels_.outside()] = static_cast<float>(outside_bias);
    tables_.bias = bias;
}

void Decoding::fill_legal(const PairScores& pairs) {
    const std::size_t count = tables_.labels;
    const std::size_t row = tables_.floats;
    float* start = floats_.data() + row;
    float* end = start + row;
    float* onward = end + row;
    float* back = onward + count * row;
    std::fill(start, back + count * row, kNever);
    for (std::size_t before = 0; before < count; ++before) {
        if (labels_.is_legal_start(before)) start[before] = pairs.start[before];
        end[before] = pairs.end[before];
        for (std::size_t after = 0; after < count; ++after) {
            if (!labels_.is_legal(before, after)) continue;
            const float score = pairs.transitions[before * count + after];
            onward[before * row + after] = score;
            back[after * row + before] = score;
        }
    }
    tables_.start = start;
    tables_.end = end;
    tables_.onward = onward;
    tables_.back = back;
}

void Decoding::fill_marginals(const PairScores& pairs) {
    const std::size_t count = tables_.labels;
    const std::size_t row = tables_.doubles;
    doubles_.reserve((2 + 2 * count) * row);
    double* begin_onward = doubles_.data();
    double* begin_back = begin_onward + row;
    double* onward = begin_back + row;
    double* back = onward + count * row;
    const double top = largest(pairs.transitions);
    const double top_start = largest(pairs.start);
    const double top_end = largest(pairs.end);
    for (std::size_t before = 0; before < count; ++before) {
        begin_onward[before] = std::exp(double{pairs.start[before]} - top_start);
        begin_back[before] = std::exp(double{pairs.end[before]} - top_end);
        for (std::size_t after = 0; after < count; ++after) {
            const double step = std::exp(double{pairs.transitions[before * count + after]} - top);
            onward[before * row + after] = step;
            back[after * row + before] = step;
        }
    }
    tables_.begin_onward = begin_onward;
    tables_.begin_back = begin_back;
    tables_.steps_onward = onward;
    tables_.steps_back = back;
    tables_.normalised = normalised(pairs);
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
        scratch.sums.reserve((3 * words + 2) * tables_.doubles);
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
            const float* bias = tables_.bias;
            const float* row = emissions + word * stride;
            const float distance = (row[own] + bias[own]) - (row[best] + bias[best]);
            chances[word] *= static_cast<double>(std::exp(distance));
        }
        labels[word] = path[word];
    }
}

}  // namespace nlp

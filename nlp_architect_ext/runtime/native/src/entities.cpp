#include "entities.h"

#include <algorithm>
#include <cmath>

#include "errors.h"

namespace nlp {
namespace {

constexpr double kEdge = 1e-6;  // nearer to 0 or 1 counts as this near: the logit stays finite

double finite(const Json& json, const char* name) {
    const double found = json.at(name).number();
    if (!std::isfinite(found))
        throw DataError(std::string("calibration: ") + name + " isn't finite");
    return found;
}

}  // namespace

Calibration Calibration::from_json(const Json& json) {
    for (const Json::Member& member : json.object()) {
        if (member.first != "slope" && member.first != "offset") {
            throw DataError("calibration with \"" + member.first + "\"; expected slope and offset");
        }
    }
    return Calibration(finite(json, "slope"), finite(json, "offset"));
}

double Calibration::operator()(double score) const {
    const double inner = std::min(std::max(score, kEdge), 1 - kEdge);
    const double z = slope_ * std::log(inner / (1 - inner)) + offset_;
    return (1 + std::tanh(z / 2)) / 2;
}

void EntityReader::read(const int* labels, const double* chances, std::size_t words,
                        double threshold, std::vector<Entity>& found) const {
    std::size_t word = 0;
    while (word < words) {
        const std::size_t label = static_cast<std::size_t>(labels[word]);
        if (labels_.role(label) == LabelSet::Role::Outside) {
            ++word;  // most words
            continue;
        }
        const std::size_t end = end_of(labels, word, words);
        const double sure = score(chances + word, end - word);
        if (sure >= threshold) found.push_back({labels_.type(label), word, end, sure});
        word = end;
    }
}

// Where the entity that begins at a word ends.
std::size_t EntityReader::end_of(const int* labels, std::size_t first, std::size_t words) const {
    const std::size_t type = labels_.type(static_cast<std::size_t>(labels[first]));
    std::size_t end = first + 1;
    for (; end < words; ++end) {
        const std::size_t label = static_cast<std::size_t>(labels[end]);
        const bool goes_on =
            labels_.role(label) == LabelSet::Role::Inside && labels_.type(label) == type;
        if (!goes_on) break;
    }
    return end;
}

// How sure an entity is: the mean probability of its words, calibrated.
double EntityReader::score(const double* chances, std::size_t words) const {
    double sum = 0;
    for (std::size_t word = 0; word < words; ++word) sum += chances[word];
    const double mean = sum / static_cast<double>(words);
    return calibration_ ? (*calibration_)(mean) : mean;
}

}  // namespace nlp

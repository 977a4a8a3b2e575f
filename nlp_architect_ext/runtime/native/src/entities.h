// Labels and their probabilities to entities with scores.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "json.h"
#include "labels.h"

namespace nlp {

// What makes the score of an entity a probability: σ(slope · logit(score) + offset), as
// runtime/calibration.py has it. Source: Platt (1999), "Probabilistic Outputs for Support Vector
// Machines".
class Calibration {
  public:
    Calibration(double slope, double offset) : slope_(slope), offset_(offset) {}
    // Throws DataError for anything but two finite numbers of these names.
    static Calibration from_json(const Json& json);

    // The calibrated score, between 0 and 1.
    double operator()(double score) const;

  private:
    double slope_;
    double offset_;
};

// An entity in words: the half-open range `first` to `end`.
struct Entity {
    std::size_t type;  // a place in LabelSet::types
    std::size_t first;
    std::size_t end;
    double score;  // between 0 and 1
};

// Reads entities from labels. Threads may share one.
class EntityReader {
  public:
    EntityReader(const LabelSet& labels, std::optional<Calibration> calibration)
        : labels_(labels), calibration_(calibration) {}

    // Appends the entities of a sentence to `found`, in order, those that score below the threshold
    // left out. Labels (words,) needn't be legal: they are read as conlleval does, so an entity
    // ends where the type changes, and an I- with nothing to continue begins one.
    void read(const int* labels, const double* chances, std::size_t words, double threshold,
              std::vector<Entity>& found) const;

  private:
    std::size_t end_of(const int* labels, std::size_t first, std::size_t words) const;
    double score(const double* chances, std::size_t words) const;

    LabelSet labels_;
    std::optional<Calibration> calibration_;
};

}  // namespace nlp

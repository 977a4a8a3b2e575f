// What a model finds as objects of Python.
#pragma once

#include "binding_strings.h"

namespace nlp {

// Builds the objects that a tagger gives, without a call of Python's for each word.
class Results {
  public:
    // `entity` is a class whose instances have the attributes entity_group, score, word, start,
    // end.
    Results(const LabelSet& labels, PyObject* entity);

    // For each sentence (labels, probabilities), both tuples.
    Reference predictions(const Sentences& sentences, const Found& found) const;
    // For each sentence the entities as (type, score, first word, end).
    Reference spans(const Found& found) const;
    // For each sentence its entities, whose places count in the words joined by single spaces.
    Reference entities(const Sentences& sentences, const Found& found) const;
    // For each text its entities.
    Reference entities(const std::vector<std::string_view>& texts, const SplitTexts& split,
                       const Found& found) const;

  private:
    Reference entity(std::size_t type, double score, Reference word, std::size_t start,
                     std::size_t end) const;

    Reference entity_;
    Reference attributes_;  // their names
    Reference labels_;      // their names
    Reference types_;       // their names
};

// For each text (words, offsets), both tuples; an offset is a pair.
Reference words_of(const SplitTexts& split);

}  // namespace nlp

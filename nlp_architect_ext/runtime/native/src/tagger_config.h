// What config.json says of a tagger, as far as tagging needs it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "entities.h"
#include "labels.h"

namespace nlp {

struct TaggerConfig {
    std::size_t max_words;  // of a window
    LabelSet labels;
    bool has_crf;
    double outside_bias;  // what is added to the scores of O
    std::optional<Calibration> calibration;

    // Throws DataError for a file that no export wrote.
    static TaggerConfig parse(std::string_view file);
};

}  // namespace nlp

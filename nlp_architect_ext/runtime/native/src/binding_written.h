// Tagged sentences as the text of a file, as runtime/tagged_text.py writes it.
#pragma once

#include "binding_results.h"

namespace nlp {

// A word and its label a line, and a blank line behind each sentence. Words of entities that the
// threshold left out get O. No word has a space or a line end: they were split out of text.
Reference written_columns(const LabelSet& labels, const Sentences& sentences, const Found& found,
                          double threshold);

// For each text a line of JSON with its entities.
Reference written_json(const LabelSet& labels, const std::vector<std::string_view>& texts,
                       const SplitTexts& split, const Found& found);

}  // namespace nlp

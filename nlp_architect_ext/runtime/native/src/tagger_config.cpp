#include "tagger_config.h"

#include <cmath>
#include <string>

#include "errors.h"
#include "json.h"

namespace nlp {
namespace {

double read_outside_bias(const Json& config) {
    const Json* old = config.find("handicap");  // so version 0.1 called it, and subtracted it
    const Json* bias = config.find("outside_bias");
    const double found = old != nullptr    ? 0.0 - old->number()
                         : bias != nullptr ? bias->number()
                                           : 0.0;
    if (!std::isfinite(found)) throw DataError("outside_bias: expected a finite number");
    return found;
}

std::optional<Calibration> read_calibration(const Json& config) {
    const Json* fitted = config.find("calibration");
    if (fitted == nullptr || fitted->is_null()) return std::nullopt;
    return Calibration::from_json(*fitted);
}

}  // namespace

TaggerConfig TaggerConfig::parse(std::string_view file) {
    const Json config = Json::parse(file);
    if (config.at("format_version").size() != 1) throw DataError("another format_version than 1");
    const std::size_t max_words = config.at("max_words").size();
    if (max_words < 1) throw DataError("max_words: expected at least 1");
    const std::string& decoder = config.at("decoder").string();
    if (decoder != "softmax" && decoder != "crf") throw DataError("decoder " + decoder);
    return {max_words, LabelSet::from_json(config.at("labels")), decoder == "crf",
            read_outside_bias(config), read_calibration(config)};
}

}  // namespace nlp

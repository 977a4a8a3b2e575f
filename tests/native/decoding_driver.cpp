// Decoding and entities for tests/native/test_native_decoding.py, by ctypes.
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "decoding.h"
#include "entities.h"
#include "errors.h"
#include "json.h"
#include "kernels.h"
#include "labels.h"

namespace {

struct Driver {
    nlp::LabelSet labels;
    nlp::Decoding decoding;
    nlp::EntityReader reader;
    nlp::DecodingScratch scratch;
};

std::string error_text;

}  // namespace

extern "C" {

// Chooses the kernels; false for those that this processor can't run.
bool driver_choose() {
    try {
        nlp::kernels();
        return true;
    } catch (const nlp::DataError&) {
        return false;
    }
}

const char* driver_error() { return error_text.c_str(); }

// `pairs` is (labels + 2, labels): transitions, start, end; null for a softmax. `calibration` is
// JSON; null for none. Gives null for wrong data.
Driver* driver_new(const char* labels, double bias, const float* pairs, const char* calibration) {
    try {
        nlp::LabelSet set = nlp::LabelSet::from_json(nlp::Json::parse(labels));
        const std::size_t count = set.size();
        nlp::PairScores scores;
        if (pairs != nullptr) {
            const float* after = pairs + count * count;
            scores = {{pairs, after}, {after, after + count}, {after + count, after + 2 * count}};
        }
        std::optional<nlp::Calibration> fitted;
        if (calibration != nullptr) {
            fitted = nlp::Calibration::from_json(nlp::Json::parse(calibration));
        }
        nlp::Decoding decoding(nlp::kernels().decoding, set, bias, pairs == nullptr ? nullptr : &scores);
        return new Driver{set, std::move(decoding), nlp::EntityReader(set, fitted), {}};
    } catch (const nlp::DataError& error) {
        error_text = error.what();
        return nullptr;
    }
}

void driver_free(Driver* driver) { delete driver; }

void driver_decode(Driver* driver, const float* emissions, std::size_t words, std::size_t stride,
                   int* labels, double* chances) {
    driver->decoding.decode(emissions, words, stride, driver->scratch, labels, chances);
}

// Decodes sentences of `lengths`, one after another; for measurements.
void driver_decode_all(Driver* driver, const float* emissions, const std::size_t* lengths,
                       std::size_t sentences, std::size_t stride, int* labels, double* chances) {
    for (std::size_t sentence = 0; sentence < sentences; ++sentence) {
        const std::size_t words = lengths[sentence];
        driver_decode(driver, emissions, words, stride, labels, chances);
        emissions += words * stride;
        labels += words;
        chances += words;
    }
}

// Entities as rows (type, first word, end word) and scores; there are at most as many as words.
std::size_t driver_entities(Driver* driver, const int* labels, const double* chances,
                            std::size_t words, double threshold, std::size_t* rows,
                            double* scores) {
    std::vector<nlp::Entity> found;
    driver->reader.read(labels, chances, words, threshold, found);
    for (const nlp::Entity& entity : found) {
        *rows++ = entity.type;
        *rows++ = entity.first;
        *rows++ = entity.end;
        *scores++ = entity.score;
    }
    return found.size();
}

const char* driver_type(Driver* driver, std::size_t type) {
    return driver->labels.types()[type].c_str();
}

}  // extern "C"

// What a fuzzer calls: the files of an export, and a text for it. They're refused by DataError, or
// the text is tagged; anything else, and any byte read or written outside of a buffer, is a fault.
//
// Without files the text is for the sound export whose folder NLP_FUZZ_EXPORT names.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "errors.h"
#include "model_files.h"
#include "utf8.h"

namespace {

const nlp::Model& sound() {
    static const Parts parts = read_parts(std::getenv("NLP_FUZZ_EXPORT"));
    static const nlp::Model model(files_of(parts), 1);
    return model;
}

void tag(const nlp::Model& model, const std::string& text) {
    if (!nlp::is_utf8(text)) return;
    const nlp::SplitTexts split = model.split({text});
    const std::size_t words = split.sentences.words.size();
    const nlp::Found found = model.tag(split.sentences, 0.1);
    if (found.labels.size() != words || found.chances.size() != words) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    Parts parts;
    bool has_files = false;
    for (std::string& part : parts) {
        part = take_piece(rest);
        has_files = has_files || !part.empty();
    }
    const std::string text = take_piece(rest);
    try {
        if (has_files) {
            tag(nlp::Model(files_of(parts), 1), text);
        } else {
            tag(sound(), text);
        }
    } catch (const nlp::DataError&) {
        return 0;  // refused, as it should be
    }
    return 0;
}

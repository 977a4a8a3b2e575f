// The text side of the kernel by plain C functions, for tests.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "errors.h"
#include "json.h"
#include "unicode.h"
#include "vocabulary.h"

namespace {

// What a call gives: numbers, or text, or an error. It lives until it's freed.
struct Answer {
    std::vector<std::int32_t> numbers;
    std::string text;
    bool is_error = false;
};

template <typename Work>
Answer* answered(Work work) {
    auto* answer = new Answer;
    try {
        work(*answer);
    } catch (const nlp::DataError& error) {
        answer->is_error = true;
        answer->text = error.what();
    }
    return answer;
}

void append(const std::vector<std::uint32_t>& ids, std::vector<std::int32_t>& numbers) {
    for (const std::uint32_t id : ids) numbers.push_back(static_cast<std::int32_t>(id));
}

}  // namespace

extern "C" {

const std::int32_t* answer_numbers(const Answer* answer) { return answer->numbers.data(); }
std::size_t answer_count(const Answer* answer) { return answer->numbers.size(); }
const char* answer_text(const Answer* answer) { return answer->text.data(); }
std::size_t answer_length(const Answer* answer) { return answer->text.size(); }
int answer_is_error(const Answer* answer) { return answer->is_error ? 1 : 0; }
void answer_free(Answer* answer) { delete answer; }

Answer* unicode_version() {
    return answered([](Answer& answer) { answer.text = nlp::unicode_version(); });
}

// Category and flags of every code point.
Answer* all_characters() {
    return answered([](Answer& answer) {
        for (char32_t point = 0; point <= 0x10FFFF; ++point) {
            const nlp::Character& found = nlp::character(point);
            answer.numbers.push_back(found.category);
            answer.numbers.push_back(found.flags);
        }
    });
}

Answer* lower_case(const char* text, std::size_t length) {
    return answered([&](Answer& answer) { nlp::lower_case({text, length}, answer.text); });
}

Answer* vocabulary_new(const char* json, std::size_t length, nlp::Vocabulary** vocabulary) {
    return answered([&](Answer& answer) {
        *vocabulary = new nlp::Vocabulary(nlp::Json::parse({json, length}));
        answer.numbers.push_back(static_cast<std::int32_t>((*vocabulary)->word_count()));
        answer.numbers.push_back(static_cast<std::int32_t>((*vocabulary)->character_count()));
    });
}

// The id of a word, then those of its characters after their number, then those of its parts.
Answer* vocabulary_ids(const nlp::Vocabulary* vocabulary, const char* word, std::size_t length) {
    return answered([&](Answer& answer) {
        std::vector<std::uint32_t> ids;
        answer.numbers.push_back(static_cast<std::int32_t>(vocabulary->word_id({word, length})));
        vocabulary->character_ids({word, length}, ids);
        answer.numbers.push_back(static_cast<std::int32_t>(ids.size()));
        append(ids, answer.numbers);
        vocabulary->part_ids({word, length}, ids);
        append(ids, answer.numbers);
    });
}

void vocabulary_free(nlp::Vocabulary* vocabulary) { delete vocabulary; }

}  // extern "C"

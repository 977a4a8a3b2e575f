// The text side of the kernel by plain C functions, for tests.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "errors.h"
#include "json.h"
#include "pattern.h"
#include "splitter.h"
#include "stretch.h"
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

// A pattern with the sets that it refers to.
struct SetsAndPattern {
    std::vector<nlp::CharacterSet> sets;
    std::unique_ptr<nlp::Pattern> pattern;
};

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

Answer* pattern_new(const char* json, std::size_t length, const char* name,
                    std::size_t name_length, SetsAndPattern** pattern) {
    return answered([&](Answer&) {
        const nlp::Json trees = nlp::Json::parse({json, length});
        auto found = std::make_unique<SetsAndPattern>();
        for (const nlp::Json& set : trees.at("sets").array()) found->sets.emplace_back(set);
        const nlp::Json& tree = trees.at({name, name_length});
        found->pattern = std::make_unique<nlp::Pattern>(tree, found->sets);
        *pattern = found.release();
    });
}

Answer* pattern_matches(const SetsAndPattern* pattern, const char* text, std::size_t length) {
    return answered([&](Answer& answer) {
        const nlp::Stretch stretch({text, length});
        nlp::PatternMemory memory;
        const nlp::Letters letters = stretch.letters(stretch.whole());
        answer.numbers.push_back(pattern->pattern->matches(letters, memory) ? 1 : 0);
    });
}

Answer* pattern_spans(const SetsAndPattern* pattern, const char* text, std::size_t length) {
    return answered([&](Answer& answer) {
        const nlp::Stretch stretch({text, length});
        nlp::PatternMemory memory;
        const nlp::Letters letters = stretch.letters(stretch.whole());
        nlp::Match found{0, 0};
        bool is_empty = false;
        while (pattern->pattern->search(letters, found.end, is_empty, memory, found)) {
            answer.numbers.push_back(static_cast<std::int32_t>(found.begin));
            answer.numbers.push_back(static_cast<std::int32_t>(found.end));
            is_empty = found.begin == found.end;
        }
    });
}

void pattern_free(SetsAndPattern* pattern) { delete pattern; }

Answer* splitter_new(const char* json, std::size_t length, nlp::Splitter** splitter) {
    return answered([&](Answer&) {
        *splitter = new nlp::Splitter(nlp::Json::parse({json, length}));
    });
}

// Four numbers a word: its first byte and the one after its last, the same in code points.
Answer* splitter_split(const nlp::Splitter* splitter, const char* text, std::size_t length) {
    return answered([&](Answer& answer) {
        std::vector<nlp::Word> words;
        splitter->split({text, length}, words);
        for (const nlp::Word& word : words) {
            append({word.byte_start, word.byte_end, word.start, word.end}, answer.numbers);
        }
    });
}

void splitter_free(nlp::Splitter* splitter) { delete splitter; }

}  // extern "C"

#include "binding_written.h"

#include "utf8.h"

namespace nlp {
namespace {

void append_number(std::size_t value, std::string& text) { text += std::to_string(value); }

// As Python's repr writes it.
void append_number(double value, std::string& text) {
    char* digits = PyOS_double_to_string(value, 'r', 0, Py_DTSF_ADD_DOT_0, nullptr);
    if (digits == nullptr) throw PythonError{};
    text += digits;
    PyMem_Free(digits);
}

void append_escape(char32_t unit, std::string& text) {
    constexpr const char* kDigits = "0123456789abcdef";
    text += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) text += kDigits[unit >> shift & 0xF];
}

// A string of JSON: all but ASCII as it is, without line ends of any kind.
void append_string(std::string_view string, std::string& text) {
    text += '"';
    for (std::size_t place = 0; place < string.size();) {
        const std::size_t start = place;
        const char32_t point = next_code_point(string, place);
        switch (point) {
            case '"': text += "\\\""; break;
            case '\\': text += "\\\\"; break;
            case '\n': text += "\\n"; break;
            case '\r': text += "\\r"; break;
            case '\t': text += "\\t"; break;
            case '\b': text += "\\b"; break;
            case '\f': text += "\\f"; break;
            case 0x85:
            case 0x2028:
            case 0x2029: append_escape(point, text); break;
            default:
                if (point < 0x20) {
                    append_escape(point, text);
                } else {
                    text += string.substr(start, place - start);
                }
        }
    }
    text += '"';
}

// The labels of a sentence with O for the words of entities that were left out.
void keep_entities(const LabelSet& labels, const std::vector<Entity>& kept, std::size_t words,
                   int* own) {
    std::size_t next = 0;
    for (std::size_t word = 0; word < words; ++word) {
        while (next < kept.size() && kept[next].end <= word) ++next;
        const bool is_kept = next < kept.size() && kept[next].first <= word;
        if (!is_kept) own[word] = static_cast<int>(*labels.outside());
    }
}

}  // namespace

Reference written_columns(const LabelSet& labels, const Sentences& sentences, const Found& found,
                          double threshold) {
    std::string text;
    std::vector<int> own;
    for (std::size_t sentence = 0; sentence < sentences.size(); ++sentence) {
        const std::size_t start = sentences.starts[sentence];
        const std::size_t words = sentences.length(sentence);
        own.assign(found.labels.begin() + static_cast<std::ptrdiff_t>(start),
                   found.labels.begin() + static_cast<std::ptrdiff_t>(start + words));
        if (threshold > 0 && labels.outside()) {
            keep_entities(labels, found.entities[sentence], words, own.data());
        }
        for (std::size_t word = 0; word < words; ++word) {
            text += sentences.words[start + word];
            text += '\t';
            text += labels.names()[static_cast<std::size_t>(own[word])];
            text += '\n';
        }
        text += '\n';
    }
    return to_string(text);
}

Reference written_json(const LabelSet& labels, const std::vector<std::string_view>& texts,
                       const SplitTexts& split, const Found& found) {
    std::string text;
    for (std::size_t sentence = 0; sentence < texts.size(); ++sentence) {
        const std::vector<Word>& words = split.words[sentence];
        text += "{\"text\": ";
        append_string(texts[sentence], text);
        text += ", \"entities\": [";
        bool is_first = true;
        for (const Entity& entity : found.entities[sentence]) {
            const Word& first = words[entity.first];
            const Word& last = words[entity.end - 1];
            text += is_first ? "{\"entity_group\": " : ", {\"entity_group\": ";
            append_string(labels.types()[entity.type], text);
            text += ", \"score\": ";
            append_number(entity.score, text);
            text += ", \"word\": ";
            append_string(
                texts[sentence].substr(first.byte_start, last.byte_end - first.byte_start), text);
            text += ", \"start\": ";
            append_number(std::size_t{first.start}, text);
            text += ", \"end\": ";
            append_number(std::size_t{last.end}, text);
            text += "}";
            is_first = false;
        }
        text += "]}\n";
    }
    return to_string(text);
}

}  // namespace nlp

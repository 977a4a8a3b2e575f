#include "vocabulary.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>

#include "errors.h"
#include "unicode.h"
#include "utf8.h"

namespace nlp {
namespace {

constexpr std::size_t kSpecialWords = 2;  // padding and the unknown word
constexpr std::size_t kMostIds = 0x7FFFFFFF;

const std::vector<Json>& strings(const Json& data, const char* name) {
    static const std::vector<Json> none;
    const Json* found = data.find(name);
    if (found == nullptr && std::string_view(name) == "pieces") return none;
    const bool is_list = found != nullptr && found->kind() == Json::Kind::Array;
    const auto is_string = [](const Json& item) { return item.kind() == Json::Kind::String; };
    if (!is_list || !std::all_of(found->array().begin(), found->array().end(), is_string)) {
        throw DataError(std::string("vocabulary: expected a list of ") + name);
    }
    return found->array();
}

// Gives ids to strings in their order; returns the lengths in bytes that they have, longest first.
std::vector<std::size_t> number(const std::vector<Json>& items, std::size_t first,
                                StringTable& table) {
    std::size_t bytes = 0;
    std::set<std::size_t, std::greater<>> lengths;
    for (const Json& item : items) {
        bytes += item.string().size();
        if (!item.string().empty()) lengths.insert(item.string().size());
    }
    if (first + items.size() > kMostIds) throw DataError("vocabulary: too many words");
    table.reserve(items.size(), bytes);
    std::uint32_t id = static_cast<std::uint32_t>(first);
    for (const Json& item : items) {
        if (!table.add(item.string(), id++)) {
            throw DataError("vocabulary: a word or a piece twice");
        }
    }
    return {lengths.begin(), lengths.end()};
}

}  // namespace

Vocabulary::Vocabulary(const Json& data) {
    if (data.find("nlp_architect") != nullptr) {
        throw DataError(
            "vocabulary: that of an imported NLP Architect model, which only torch runs");
    }
    const std::vector<Json>& words = strings(data, "words");
    const std::vector<Json>& pieces = strings(data, "pieces");
    word_lengths_ = number(words, kSpecialWords, words_);
    piece_lengths_ = number(pieces, kSpecialWords + words.size(), pieces_);
    word_count_ = kSpecialWords + words.size() + pieces.size();
    add_characters(strings(data, "characters"));
}

void Vocabulary::add_characters(const std::vector<Json>& characters) {
    std::vector<std::pair<char32_t, std::uint32_t>> found;
    std::uint32_t id = 1 + kCategoryCount;
    for (const Json& item : characters) {
        const std::string& text = item.string();
        std::size_t end = 0;
        const char32_t point = text.empty() ? 0 : next_code_point(text, end);
        if (text.empty() || end != text.size() || id == kMostIds) {
            throw DataError("vocabulary: a character that isn't a single character");
        }
        found.emplace_back(point, id++);
    }
    character_count_ = id;
    std::sort(found.begin(), found.end());
    const auto is_same = [](const auto& one, const auto& two) { return one.first == two.first; };
    if (std::adjacent_find(found.begin(), found.end(), is_same) != found.end()) {
        throw DataError("vocabulary: a character twice");
    }
    for (char32_t point = 0; point < ascii_.size(); ++point) {
        ascii_[point] = 1U + character(point).category;
    }
    for (const auto& [point, its_id] : found) {
        if (point < ascii_.size()) {
            ascii_[point] = its_id;
        } else {
            others_.emplace_back(point, its_id);
        }
    }
}

std::uint32_t Vocabulary::word_id(std::string_view word) const {
    std::string lowered;
    lower_case(word, lowered);
    const std::uint32_t id = words_.find(lowered);
    return id == StringTable::kMissing ? kUnknown : id;
}

std::uint32_t Vocabulary::character_id(char32_t point) const {
    if (point < ascii_.size()) return ascii_[point];
    const auto is_before = [](const auto& one, char32_t wanted) { return one.first < wanted; };
    const auto found = std::lower_bound(others_.begin(), others_.end(), point, is_before);
    if (found != others_.end() && found->first == point) return found->second;
    return 1U + character(point).category;
}

void Vocabulary::character_ids(std::string_view word, std::vector<std::uint32_t>& ids) const {
    ids.clear();
    for (std::size_t place = 0; place < word.size();) {
        ids.push_back(character_id(next_code_point(word, place)));
    }
}

void Vocabulary::part_ids(std::string_view word, std::vector<std::uint32_t>& ids) const {
    std::string lowered;
    lower_case(word, lowered);
    ids.clear();
    for (std::size_t start = 0; start < lowered.size();) {
        std::size_t end = start;
        const std::uint32_t id = longest_part(lowered, start, end);
        if (id == StringTable::kMissing) {
            next_code_point(lowered, start);  // no part begins with it
            continue;
        }
        ids.push_back(id);
        start = end;
    }
    if (ids.empty()) ids.push_back(kUnknown);
}

// The id of the longest part that begins at a place and isn't the whole word, and its end; or
// kMissing.
std::uint32_t Vocabulary::longest_part(std::string_view word, std::size_t start,
                                       std::size_t& end) const {
    const StringTable& table = start == 0 ? words_ : pieces_;
    for (const std::size_t length : start == 0 ? word_lengths_ : piece_lengths_) {
        if (length > word.size() - start || length == word.size()) continue;
        const std::size_t last = start + length;
        if (last < word.size() && (word[last] & 0xC0) == 0x80) continue;  // within a character
        const std::uint32_t id = table.find(word.substr(start, length));
        if (id != StringTable::kMissing) {
            end = last;
            return id;
        }
    }
    return StringTable::kMissing;
}

}  // namespace nlp

#include "splitting_rules.h"

#include <algorithm>

#include "errors.h"
#include "unicode.h"
#include "utf8.h"

namespace nlp {
namespace {

std::unique_ptr<const Pattern> read_pattern(const Json& trees, const char* name,
                                            const std::vector<CharacterSet>& sets) {
    const Json* tree = trees.find(name);
    if (tree == nullptr || tree->is_null()) return nullptr;
    return std::make_unique<const Pattern>(*tree, sets);
}

// How much a pattern takes: the characters of its first match, wherever that is.
std::size_t taken(const Pattern& pattern, const Letters& letters, PatternMemory& memory) {
    Match found{0, 0};
    return pattern.search(letters, 0, false, memory, found) ? found.end - found.begin : 0;
}

void check_word(const std::string& word) {
    bool is_right = !word.empty();
    for (std::size_t place = 0; place < word.size();) {
        if (character(next_code_point(word, place)).is_space()) is_right = false;
    }
    if (!is_right) throw DataError("splitting: a word that is empty or has a space in it");
}

}  // namespace

SplittingRules::SplittingRules(const Json& rules) {
    const Json* trees = rules.find("patterns");
    if (trees == nullptr || trees->is_null()) {
        throw DataError("splitting: rules without compiled patterns; expected those of an export");
    }
    for (const Json& set : trees->at("sets").array()) sets_.emplace_back(set);
    prefix_ = read_pattern(*trees, "prefix", sets_);
    suffix_ = read_pattern(*trees, "suffix", sets_);
    infix_ = read_pattern(*trees, "infix", sets_);
    if (!prefix_ || !suffix_ || !infix_) {
        throw DataError("splitting: expected patterns of prefixes, suffixes and infixes");
    }
    url_ = read_pattern(*trees, "url", sets_);
    whole_ = read_pattern(*trees, "whole", sets_);
    read_special(rules.at("special"));
    read_phrases(rules.at("phrases"));
}

void SplittingRules::read_special(const Json& special) {
    for (const auto& [text, words] : special.object()) {
        check_word(text);
        const Special found{sizes_.size(), words.array().size()};
        std::string joined;
        for (const Json& word : words.array()) {
            check_word(word.string());
            joined += word.string();
            sizes_.push_back(count_code_points(word.string()));
        }
        if (joined != text) throw DataError("splitting: words that don't make up " + text);
        if (!special_.add(text, static_cast<std::uint32_t>(specials_.size()))) {
            throw DataError("splitting: twice the special case " + text);
        }
        specials_.push_back(found);
    }
}

void SplittingRules::read_phrases(const Json& phrases) {
    for (const Json& phrase : phrases.array()) {
        const std::vector<Json>& pair = phrase.array();
        if (pair.size() != 2) throw DataError("splitting: expected phrases as words and text");
        std::string key;
        std::string joined;
        for (const Json& word : pair[0].array()) {
            check_word(word.string());
            joined += word.string();
            key += word.string() + kBetweenWords;
        }
        const std::string& text = pair[1].string();
        const std::uint32_t special = special_.find(text);
        if (special == StringTable::kMissing || joined != text) {
            throw DataError("splitting: a phrase that is no special case: " + text);
        }
        if (!phrases_.add(key, special)) throw DataError("splitting: twice the phrase " + text);
        longest_phrase_ = std::max(longest_phrase_, pair[0].array().size());
    }
}

void SplittingRules::split(const Stretch& stretch, std::vector<Part>& words) const {
    words.clear();
    const std::uint32_t special = special_.find(stretch.text(stretch.whole()));
    if (special != StringTable::kMissing) {
        add_special(special, 0, words);
    } else {
        take_apart(stretch, words);
    }
    join_phrases(stretch, words);
}

bool SplittingRules::is_special(const Stretch& stretch, Part part) const {
    return special_.find(stretch.text(part)) != StringTable::kMissing;
}

bool SplittingRules::is_whole(const Stretch& stretch, Part part, PatternMemory& memory) const {
    return whole_ && whole_->matches(stretch.letters(part), memory);
}

void SplittingRules::add_special(std::uint32_t number, std::size_t begin,
                                 std::vector<Part>& words) const {
    const Special& special = specials_[number];
    for (std::size_t word = 0; word < special.count; ++word) {
        const std::size_t end = begin + sizes_[special.first + word];
        words.push_back({begin, end});
        begin = end;
    }
}

// Prefixes and suffixes are taken off, one of each at a time, then comes what is in the middle.
void SplittingRules::take_apart(const Stretch& stretch, std::vector<Part>& words) const {
    PatternMemory memory;
    std::vector<Part> suffixes;
    Part left = stretch.whole();
    while (left.size() > 0 && !is_whole(stretch, left, memory) && !is_special(stretch, left)) {
        const std::size_t first = taken(*prefix_, stretch.letters(left), memory);
        const Part behind{left.begin + first, left.end};
        if (first > 0 && is_special(stretch, behind)) {
            words.push_back({left.begin, behind.begin});
            left = behind;
            break;
        }
        const std::size_t last = taken(*suffix_, stretch.letters(behind), memory);
        const Part before{left.begin, left.end - last};
        if (last > 0 && is_special(stretch, before)) {
            suffixes.push_back({before.end, left.end});
            left = before;
            break;
        }
        if (first == 0 && last == 0) break;
        if (first > 0) words.push_back({left.begin, behind.begin});
        if (last > 0) suffixes.push_back({before.end, left.end});
        left = {behind.begin, before.end};
    }
    if (left.size() > 0) split_middle(stretch, left, memory, words);
    words.insert(words.end(), suffixes.rbegin(), suffixes.rend());
}

void SplittingRules::split_middle(const Stretch& stretch, Part part, PatternMemory& memory,
                                  std::vector<Part>& words) const {
    const std::uint32_t special = special_.find(stretch.text(part));
    if (special != StringTable::kMissing) return add_special(special, part.begin, words);
    const bool is_url = url_ && url_->matches(stretch.letters(part), memory);
    if (is_url || is_whole(stretch, part, memory)) {
        words.push_back(part);
    } else {
        split_at_infixes(stretch, part, memory, words);
    }
}

void SplittingRules::split_at_infixes(const Stretch& stretch, Part part, PatternMemory& memory,
                                      std::vector<Part>& words) const {
    const Letters letters = stretch.letters(part);
    const auto add = [&](std::size_t begin, std::size_t end) {
        if (end > begin) words.push_back({part.begin + begin, part.begin + end});
    };
    std::size_t start = 0;
    Match found{0, 0};
    bool must_advance = false;
    while (infix_->search(letters, found.end, must_advance, memory, found)) {
        must_advance = found.end == found.begin;
        if (found.begin == 0) continue;  // what a stretch begins with is no infix
        add(start, found.begin);
        add(found.begin, found.end);
        start = found.end;
    }
    add(start, letters.size);
}

}  // namespace nlp

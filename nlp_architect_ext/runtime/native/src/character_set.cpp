#include "character_set.h"

#include <algorithm>
#include <string>

#include "errors.h"
#include "unicode.h"

namespace nlp {
namespace {

constexpr char32_t kLast = 0x10FFFF;
constexpr const char* kClasses[] = {"word", "digit", "space", "not word", "not digit", "not space"};

// Whether a character is in one of the classes.
bool in_classes(char32_t point, unsigned classes) {
    const Character& found = character(point);
    const unsigned is_in = static_cast<unsigned>(found.is_word()) |
                           static_cast<unsigned>(found.is_digit()) << 1 |
                           static_cast<unsigned>(found.is_space()) << 2;
    return ((is_in | (~is_in & 7U) << 3) & classes) != 0;
}

}  // namespace

CharacterSet::CharacterSet(const Json& data) {
    read_ranges(data.at("ranges"));
    if (const Json* classes = data.find("classes")) read_classes(*classes);
    if (const Json* negated = data.find("negated")) is_negated_ = negated->boolean();
    for (char32_t point = 0; point < first_.size(); ++point) first_[point] = has_beyond(point);
    find_kinds();
}

void CharacterSet::read_ranges(const Json& ranges) {
    const std::vector<Json>& ends = ranges.array();
    std::size_t least = 0;  // where the next range may begin
    for (std::size_t place = 0; place + 1 < ends.size(); place += 2) {
        const std::size_t first = ends[place].size();
        const std::size_t last = ends[place + 1].size();
        if (first < least || last < first || last > kLast) {
            throw DataError("pattern: a set whose ranges aren't in order");
        }
        firsts_.push_back(static_cast<char32_t>(first));
        lasts_.push_back(static_cast<char32_t>(last));
        least = last + 1;
    }
    if (ends.size() % 2 != 0) throw DataError("pattern: a set with half a range");
}

void CharacterSet::read_classes(const Json& classes) {
    for (const Json& name : classes.array()) {
        const auto found = std::find(std::begin(kClasses), std::end(kClasses), name.string());
        if (found == std::end(kClasses)) {
            throw DataError("pattern: no class of characters is called " + name.string());
        }
        classes_ |= 1U << static_cast<unsigned>(found - std::begin(kClasses));
    }
}

void CharacterSet::find_kinds() {
    for (char32_t point = 0; point < 128; ++point) kinds_[point] = first_[point];
    const auto set_all_others = [&] {
        for (std::size_t kind = 128; kind < kEndKind; ++kind) kinds_.set(kind);
    };
    if (classes_ != 0 || is_negated_) return set_all_others();
    for (std::size_t range = 0; range < firsts_.size(); ++range) {
        const char32_t first = std::max<char32_t>(firsts_[range], 128);
        const char32_t last = lasts_[range];
        if (last >= first + 127) return set_all_others();
        for (char32_t point = first; point <= last; ++point) kinds_.set(kind_of(point));
    }
}

bool CharacterSet::has_beyond(char32_t point) const {
    const auto range = std::lower_bound(lasts_.begin(), lasts_.end(), point);
    bool is_in =
        range != lasts_.end() && firsts_[static_cast<std::size_t>(range - lasts_.begin())] <= point;
    is_in = is_in || (classes_ != 0 && in_classes(point, classes_));
    return is_in != is_negated_;
}

}  // namespace nlp

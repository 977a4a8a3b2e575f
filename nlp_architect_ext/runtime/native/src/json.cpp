#include "json.h"

#include <clocale>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "errors.h"
#include "utf8.h"

namespace nlp {
namespace {

constexpr int kDeepest = 64;                         // nested values; an export has five
constexpr double kLargestSize = 9007199254740992.0;  // 2^53: whole numbers are exact up to here

[[noreturn]] void wrong_kind(const char* expected) {
    throw DataError(std::string("JSON: expected ") + expected);
}

}  // namespace

// A reader that goes once through the text, by recursive descent.
class JsonReader {
  public:
    explicit JsonReader(std::string_view text) : text_(text) {}

    Json whole() {
        Json value = read(0);
        skip_space();
        if (place_ != text_.size()) fail("more after the value");
        return value;
    }

  private:
    [[noreturn]] void fail(const char* what) const {
        throw DataError(std::string("JSON: ") + what + " at byte " + std::to_string(place_));
    }

    void skip_space() {
        while (place_ < text_.size() && std::strchr(" \t\r\n", text_[place_]) != nullptr &&
               text_[place_] != '\0') {
            ++place_;
        }
    }

    char peek() const { return place_ < text_.size() ? text_[place_] : '\0'; }

    void expect(char wanted) {
        if (peek() != wanted || place_ >= text_.size()) fail("a sign is missing");
        ++place_;
    }

    bool take(char wanted) {
        skip_space();
        if (peek() != wanted || place_ >= text_.size()) return false;
        ++place_;
        return true;
    }

    bool take_word(std::string_view word) {
        if (text_.substr(place_, word.size()) != word) return false;
        place_ += word.size();
        return true;
    }

    Json read(int depth) {
        if (depth > kDeepest) fail("values nested too deeply");
        skip_space();
        Json value;
        if (take_word("null")) return value;
        if (take_word("true") || take_word("false")) {
            value.kind_ = Json::Kind::Boolean;
            value.boolean_ = text_[place_ - 2] == 'u';  // tr-u-e, fal-s-e
            return value;
        }
        switch (peek()) {
            case '"':
                value.kind_ = Json::Kind::String;
                value.string_ = read_string();
                return value;
            case '[': read_array(value, depth); return value;
            case '{': read_object(value, depth); return value;
            default: read_number(value); return value;
        }
    }

    void read_array(Json& value, int depth) {
        value.kind_ = Json::Kind::Array;
        expect('[');
        if (take(']')) return;
        do {
            value.array_.push_back(read(depth + 1));
        } while (take(','));
        expect(']');
    }

    void read_object(Json& value, int depth) {
        value.kind_ = Json::Kind::Object;
        expect('{');
        if (take('}')) return;
        do {
            skip_space();
            std::string key = read_string();
            skip_space();
            expect(':');
            value.object_.emplace_back(std::move(key), read(depth + 1));
        } while (take(','));
        expect('}');
    }

    void read_number(Json& value) {
        const std::size_t start = place_;
        while (place_ < text_.size() && text_[place_] != '\0' &&
               std::strchr("+-.0123456789eE", text_[place_]) != nullptr) {
            ++place_;
        }
        std::string digits(text_.substr(start, place_ - start));
        const std::size_t point = digits.find('.');
        // strtod reads numbers as the program's locale writes them.
        if (point != std::string::npos) digits.replace(point, 1, std::localeconv()->decimal_point);
        char* end = nullptr;
        value.number_ = std::strtod(digits.c_str(), &end);
        if (digits.empty() || end != digits.c_str() + digits.size()) fail("no JSON value");
        value.kind_ = Json::Kind::Number;
    }

    std::string read_string() {
        expect('"');
        std::string found;
        for (;;) {
            const std::size_t end = text_.find_first_of("\"\\", place_);
            if (end == std::string_view::npos) fail("a string without end");
            found.append(text_.substr(place_, end - place_));
            place_ = end + 1;
            if (text_[end] == '"') break;
            read_escape(found);
        }
        if (!is_utf8(found)) fail("a string that isn't UTF-8 before this place,");
        return found;
    }

    void read_escape(std::string& found) {
        const char sign = peek();
        ++place_;
        switch (sign) {
            case 'n': found += '\n'; return;
            case 't': found += '\t'; return;
            case 'r': found += '\r'; return;
            case 'b': found += '\b'; return;
            case 'f': found += '\f'; return;
            case '"':
            case '\\':
            case '/': found += sign; return;
            case 'u': break;
            default: fail("an unknown escape");
        }
        char32_t unit = read_hexadecimal();
        const bool is_high = unit >= 0xD800 && unit < 0xDC00;
        if (is_high && text_.substr(place_, 2) == "\\u") {
            const std::size_t before = place_;
            place_ += 2;
            const char32_t low = read_hexadecimal();
            if (low >= 0xDC00 && low < 0xE000) {
                unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            } else {
                place_ = before;
            }
        }
        append_utf8(unit, found);
    }

    char32_t read_hexadecimal() {
        char32_t unit = 0;
        for (int digit = 0; digit < 4; ++digit) {
            const char sign = peek();
            char32_t number = 0;
            if (sign >= '0' && sign <= '9') {
                number = static_cast<char32_t>(sign - '0');
            } else if (sign >= 'a' && sign <= 'f') {
                number = static_cast<char32_t>(sign - 'a' + 10);
            } else if (sign >= 'A' && sign <= 'F') {
                number = static_cast<char32_t>(sign - 'A' + 10);
            } else {
                fail("not four hexadecimal digits");
            }
            unit = unit * 16 + number;
            ++place_;
        }
        return unit;
    }

    std::string_view text_;
    std::size_t place_ = 0;
};

Json Json::parse(std::string_view text) { return JsonReader(text).whole(); }

bool Json::boolean() const {
    if (kind_ != Kind::Boolean) wrong_kind("true or false");
    return boolean_;
}

double Json::number() const {
    if (kind_ != Kind::Number) wrong_kind("a number");
    return number_;
}

std::size_t Json::size() const {
    const double found = number();
    if (!(found >= 0 && found <= kLargestSize) ||
        found != static_cast<double>(static_cast<std::uint64_t>(found)) ||
        found > static_cast<double>(SIZE_MAX)) {
        wrong_kind("a whole number of at least 0");
    }
    return static_cast<std::size_t>(found);
}

const std::string& Json::string() const {
    if (kind_ != Kind::String) wrong_kind("a string");
    return string_;
}

const std::vector<Json>& Json::array() const {
    if (kind_ != Kind::Array) wrong_kind("a list");
    return array_;
}

const std::vector<Json::Member>& Json::object() const {
    if (kind_ != Kind::Object) wrong_kind("an object");
    return object_;
}

const Json* Json::find(std::string_view key) const {
    const std::vector<Member>& members = object();
    for (auto member = members.rbegin(); member != members.rend(); ++member) {
        if (member->first == key) return &member->second;
    }
    return nullptr;
}

const Json& Json::at(std::string_view key) const {
    const Json* found = find(key);
    if (found == nullptr) throw DataError("JSON: no " + std::string(key));
    return *found;
}

}  // namespace nlp

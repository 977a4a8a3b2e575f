// JSON as a tree of values: enough for the files of an export, strict enough for damaged ones.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nlp {

// One JSON value and what it holds. Each accessor throws DataError for a value of another kind.
class Json {
  public:
    enum class Kind { Null, Boolean, Number, String, Array, Object };
    using Member = std::pair<std::string, Json>;

    // Reads a whole text. Strings become UTF-8; escaped lone surrogates three bytes each.
    static Json parse(std::string_view text);

    Kind kind() const { return kind_; }
    bool is_null() const { return kind_ == Kind::Null; }
    bool boolean() const;
    double number() const;
    // A whole number of at least 0 that fits.
    std::size_t size() const;
    const std::string& string() const;
    const std::vector<Json>& array() const;
    const std::vector<Member>& object() const;
    // A member of an object: the last of this name, as in Python; nullptr if there is none.
    const Json* find(std::string_view key) const;
    // The same, required.
    const Json& at(std::string_view key) const;

  private:
    friend class JsonReader;
    Kind kind_ = Kind::Null;
    bool boolean_ = false;
    double number_ = 0;
    std::string string_;
    std::vector<Json> array_;
    std::vector<Member> object_;
};

}  // namespace nlp

// What is thrown where a model's files or a caller's data are not what they should be.
#pragma once

#include <stdexcept>
#include <string>

namespace nlp {

// Wrong data: one sentence that says what was found and what was expected.
class DataError : public std::runtime_error {
  public:
    explicit DataError(const std::string& message) : std::runtime_error(message) {}
};

}  // namespace nlp

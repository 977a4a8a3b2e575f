// A safetensors file: eight bytes of length, a JSON header, and the numbers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace nlp {

// An array as it lies in the file, little-endian; it's a view, and the file must outlive it.
class Tensor {
  public:
    enum class Type { Float32, Int8 };

    Type type = Type::Float32;
    std::vector<std::size_t> shape;
    std::string_view bytes;

    std::size_t count() const;
    // The numbers as floats, copied: the file's bytes may lie at any address.
    std::vector<float> floats() const;
    std::vector<std::int8_t> int8s() const;
};

// The arrays and the metadata of a file, by name.
class Tensors {
  public:
    // Throws DataError for what isn't such a file, or an array that leaves it.
    static Tensors parse(std::string_view file);

    bool has(const std::string& name) const { return arrays_.count(name) > 0; }
    // Throws DataError if there is none of this name.
    const Tensor& at(const std::string& name) const;
    // An empty string if there is none of this name.
    std::string metadata(const std::string& name) const;

  private:
    std::map<std::string, Tensor> arrays_;
    std::map<std::string, std::string> metadata_;
};

}  // namespace nlp

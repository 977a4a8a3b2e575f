#include "tensors.h"

#include <cstring>

#include "errors.h"
#include "json.h"

namespace nlp {
namespace {

constexpr std::size_t kLengthBytes = 8;

std::size_t checked_product(const std::vector<std::size_t>& shape, std::size_t item) {
    std::size_t product = item;
    for (const std::size_t axis : shape) {
        if (axis != 0 && product > SIZE_MAX / axis) throw DataError("an array too large");
        product *= axis;
    }
    return product;
}

Tensor read_tensor(const Json& entry, std::string_view numbers) {
    Tensor tensor;
    const std::string& type = entry.at("dtype").string();
    if (type != "F32" && type != "I8") throw DataError("numbers of type " + type);
    tensor.type = type == "F32" ? Tensor::Type::Float32 : Tensor::Type::Int8;
    for (const Json& axis : entry.at("shape").array()) tensor.shape.push_back(axis.size());
    const std::vector<Json>& place = entry.at("data_offsets").array();
    if (place.size() != 2) throw DataError("an array without a beginning and an end");
    const std::size_t first = place[0].size();
    const std::size_t last = place[1].size();
    const std::size_t item = tensor.type == Tensor::Type::Float32 ? 4 : 1;
    if (first > last || last > numbers.size() ||
        last - first != checked_product(tensor.shape, item)) {
        throw DataError("an array that leaves its file");
    }
    tensor.bytes = numbers.substr(first, last - first);
    return tensor;
}

}  // namespace

std::size_t Tensor::count() const {
    return type == Type::Float32 ? bytes.size() / sizeof(float) : bytes.size();
}

std::vector<float> Tensor::floats() const {
    if (type != Type::Float32) throw DataError("an array of 8-bit integers; expected float32");
    std::vector<float> found(count());
    if (!found.empty()) std::memcpy(found.data(), bytes.data(), bytes.size());
    return found;
}

std::vector<std::int8_t> Tensor::int8s() const {
    if (type != Type::Int8) throw DataError("an array of float32; expected 8-bit integers");
    std::vector<std::int8_t> found(count());
    if (!found.empty()) std::memcpy(found.data(), bytes.data(), bytes.size());
    return found;
}

Tensors Tensors::parse(std::string_view file) {
    if (file.size() < kLengthBytes) throw DataError("not a safetensors file: too short");
    std::uint64_t length = 0;
    for (std::size_t byte = kLengthBytes; byte-- > 0;) {
        length = length << 8 | static_cast<unsigned char>(file[byte]);
    }
    if (length > file.size() - kLengthBytes) throw DataError("not a safetensors file: cut off");
    const auto header_size = static_cast<std::size_t>(length);
    const Json header = Json::parse(file.substr(kLengthBytes, header_size));
    const std::string_view numbers = file.substr(kLengthBytes + header_size);
    Tensors found;
    for (const Json::Member& member : header.object()) {
        if (member.first == "__metadata__") {
            for (const Json::Member& entry : member.second.object()) {
                found.metadata_[entry.first] = entry.second.string();
            }
        } else {
            found.arrays_[member.first] = read_tensor(member.second, numbers);
        }
    }
    return found;
}

const Tensor& Tensors::at(const std::string& name) const {
    const auto found = arrays_.find(name);
    if (found == arrays_.end()) throw DataError("no array " + name);
    return found->second;
}

std::string Tensors::metadata(const std::string& name) const {
    const auto found = metadata_.find(name);
    return found == metadata_.end() ? std::string() : found->second;
}

}  // namespace nlp

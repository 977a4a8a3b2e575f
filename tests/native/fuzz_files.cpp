// What a fuzzer calls: bytes that claim to be a file of a model. A reader either understands them
// or throws DataError; anything else, and any byte read outside of them, is a fault.
//
// The first byte says which reader gets the rest.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "errors.h"
#include "json.h"
#include "tensors.h"
#include "utf8.h"

namespace {

// Reads every value, so that a sanitizer sees every byte that a value points to.
std::size_t touched(const nlp::Json& value) {
    switch (value.kind()) {
        case nlp::Json::Kind::Null: return 0;
        case nlp::Json::Kind::Boolean: return value.boolean() ? 1 : 0;
        case nlp::Json::Kind::Number: return value.number() > 0 ? 1 : 0;
        case nlp::Json::Kind::String: return nlp::decode_utf8(value.string()).size();
        case nlp::Json::Kind::Array: break;
        case nlp::Json::Kind::Object: break;
    }
    std::size_t sum = 0;
    if (value.kind() == nlp::Json::Kind::Array) {
        for (const nlp::Json& item : value.array()) sum += touched(item);
        return sum;
    }
    for (const nlp::Json::Member& member : value.object()) {
        sum += member.first.size() + touched(value.at(member.first));
    }
    return sum;
}

std::size_t touched(const nlp::Tensors& tensors) {
    std::size_t sum = tensors.metadata("network").size();
    for (const char* name : {"word_vectors", "character_vectors", "transitions", "start", "end"}) {
        if (!tensors.has(name)) continue;
        const nlp::Tensor& tensor = tensors.at(name);
        if (tensor.type == nlp::Tensor::Type::Int8) {
            for (const std::int8_t number : tensor.int8s()) sum += number > 0 ? 1U : 0U;
        } else {
            for (const float number : tensor.floats()) sum += number > 0 ? 1U : 0U;
        }
    }
    return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return -1;  // of no use, not even as a start
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    try {
        if (data[0] % 2 == 0) {
            touched(nlp::Json::parse(rest));
        } else {
            touched(nlp::Tensors::parse(rest));
        }
    } catch (const nlp::DataError&) {
        return 0;  // refused, as it should be
    }
    return 0;
}

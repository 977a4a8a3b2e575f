// The files of an export, read from a folder or taken out of one piece of bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "model.h"

constexpr std::array<const char*, 5> kNames = {
    "config.json", "vocabulary.json", "words.safetensors", "network.safetensors", "splitting.json"};

// The bytes of an export's files, in the order of kNames.
using Parts = std::array<std::string, kNames.size()>;

inline Parts read_parts(const std::string& folder) {
    Parts parts;
    for (std::size_t index = 0; index < kNames.size(); ++index) {
        std::ifstream file(folder + "/" + kNames[index], std::ios::binary);
        parts[index].assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return parts;
}

inline nlp::ExportFiles files_of(const Parts& parts) {
    return {parts[0], parts[1], parts[2], parts[3], parts[4]};
}

// The next of several pieces, each behind its length in four bytes, little-endian; what is missing
// of the last one it does without. It's copied, so that a sanitizer sees where it ends.
inline std::string take_piece(std::string_view& bytes) {
    std::size_t length = 0;
    for (std::size_t index = 0; index < 4 && index < bytes.size(); ++index) {
        length |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[index])) << 8 * index;
    }
    bytes.remove_prefix(bytes.size() < 4 ? bytes.size() : 4);
    const std::string found(bytes.substr(0, length));
    bytes.remove_prefix(found.size());
    return found;
}

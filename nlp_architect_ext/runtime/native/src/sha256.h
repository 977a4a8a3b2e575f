// SHA-256, the checksum of a folder's manifest.
#pragma once

#include <string>
#include <string_view>

namespace nlp {

// In 64 hexadecimal digits. Source: FIPS 180-4, "Secure Hash Standard", section 6.2.
std::string sha256(std::string_view content);

}  // namespace nlp

#include "base/base64.h"

namespace strictmx {

std::string base64(std::string_view data) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((data.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < data.size(); i += 3) {
    const auto group = data.substr(i, 3);
    unsigned bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (k < group.size() ? static_cast<unsigned char>(group[k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= group.size() ? kAlphabet[bits >> (18 - 6 * k) & 63] : '=';
    }
  }
  return out;
}

std::string base64_lines(std::string_view data) {
  constexpr std::size_t kOctetsPerLine = 57;  // RFC 2045 §6.8: 76 characters
  std::string out;
  out.reserve(data.size() / kOctetsPerLine * 78 + 80);
  for (std::size_t i = 0; i < data.size(); i += kOctetsPerLine) {
    out += base64(data.substr(i, kOctetsPerLine));
    out += "\r\n";
  }
  return out;
}

}  // namespace strictmx

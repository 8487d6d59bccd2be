// wire/netstring.h: netstrings "5:hello," read incrementally. Pure.
// Limits: the payload limit is the caller's; a length has at most 6 digits, no leading zero
// (except "0"); memory held is at most one payload.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strictmx {

class NetstringReader {
 public:
  explicit NetstringReader(std::size_t max_payload_bytes) : max_payload_(max_payload_bytes) {}

  // Takes octets from the front of `input` and removes what was consumed. Hands out the payload
  // of the next complete netstring; the view is valid until the next call and may point into the
  // caller's buffer. nullopt: all input consumed, more is needed.
  // Errors (Errc::syntax, Errc::too_large; "offset N: ..." counted from the stream's start) are
  // final: every later call fails likewise, the connection must be closed.
  Result<std::optional<std::string_view>> next(std::string_view& input);

  // True between the first octet of a netstring and its end.
  bool inside() const;

 private:
  enum class Part : std::uint8_t { length, payload, comma };

  std::optional<std::string_view> take_whole(std::string_view& input);
  Result<void> read_length(std::string_view& input);
  std::unexpected<Error> give_up(Errc code, std::size_t offset, std::string_view what);

  std::size_t max_payload_;
  Part part_ = Part::length;
  std::size_t digits_ = 0;    // of the length read so far
  std::size_t length_ = 0;    // of the payload
  std::string held_;          // what came of a payload whose end did not
  bool handed_out_ = false;   // held_ was the result of the last call
  std::size_t consumed_ = 0;  // since the stream's start
  std::optional<Error> failed_;
};

// Appends "N:payload,".
void append_netstring(std::string& out, std::string_view payload);

}  // namespace strictmx

#include "wire/netstring.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxDigits = 6;

}  // namespace

Result<std::optional<std::string_view>> NetstringReader::next(std::string_view& input) {
  if (failed_) return std::unexpected(*failed_);
  if (handed_out_) {
    held_.clear();
    handed_out_ = false;
  }
  if (const auto payload = take_whole(input)) return payload;
  if (part_ == Part::length) {
    if (auto read = read_length(input); !read) return std::unexpected(std::move(read.error()));
    if (part_ == Part::length) return std::nullopt;
  }
  if (part_ == Part::payload && held_.empty() && input.size() > length_) {  // all of it is here
    if (input[length_] != ',') return give_up(Errc::syntax, consumed_ + length_, "no comma");
    const auto payload = input.substr(0, length_);
    input.remove_prefix(length_ + 1);
    consumed_ += length_ + 1;
    part_ = Part::length;
    return payload;
  }
  if (part_ == Part::payload) {
    const auto piece = input.substr(0, length_ - held_.size());
    held_ += piece;
    input.remove_prefix(piece.size());
    consumed_ += piece.size();
    if (held_.size() == length_) part_ = Part::comma;
  }
  if (input.empty()) return std::nullopt;
  if (input.front() != ',') return give_up(Errc::syntax, consumed_, "no comma");
  input.remove_prefix(1);
  ++consumed_;
  part_ = Part::length;
  handed_out_ = true;
  return held_;
}

// The common case, at a quarter of the cost: a netstring that is wholly there. nullopt: it is not,
// or something is wrong with it; then nothing was taken.
std::optional<std::string_view> NetstringReader::take_whole(std::string_view& input) {
  if (part_ != Part::length || digits_ > 0) return std::nullopt;
  std::size_t length = 0;
  std::size_t at = 0;
  while (at < input.size() && is_digit(input[at]) && at < kMaxDigits) {
    length = length * 10 + static_cast<std::size_t>(input[at++] - '0');
  }
  const bool well_formed = at > 0 && input.front() != '0' && length <= max_payload_;
  if (!well_formed || input.size() <= at + 1 + length) return std::nullopt;
  if (input[at] != ':' || input[at + 1 + length] != ',') return std::nullopt;
  const std::string_view payload = input.substr(at + 1, length);
  input.remove_prefix(at + 1 + length + 1);
  consumed_ += at + 1 + length + 1;
  return payload;
}

// Leaves part_ at `length` when the colon has not come yet.
Result<void> NetstringReader::read_length(std::string_view& input) {
  while (!input.empty()) {
    const char c = input.front();
    if (c == ':' && digits_ > 0) {
      part_ = Part::payload;
    } else if (!is_digit(c)) {
      return give_up(Errc::syntax, consumed_, digits_ == 0 ? "no length" : "no colon");
    } else if (digits_ == 1 && length_ == 0) {
      return give_up(Errc::syntax, consumed_, "length with leading zero");
    } else {
      if (digits_ == 0) length_ = 0;
      length_ = length_ * 10 + static_cast<std::size_t>(c - '0');
      if (++digits_ > kMaxDigits || length_ > max_payload_) {
        return give_up(Errc::too_large, consumed_, "length over the limit");
      }
    }
    input.remove_prefix(1);
    ++consumed_;
    if (part_ == Part::payload) {
      digits_ = 0;
      break;
    }
  }
  return {};
}

bool NetstringReader::inside() const { return part_ != Part::length || digits_ > 0; }

std::unexpected<Error> NetstringReader::give_up(Errc code, std::size_t offset,
                                                std::string_view what) {
  failed_ = Error{code, fmt::format("offset {}: {}", offset, what)};
  return std::unexpected(*failed_);
}

void append_netstring(std::string& out, std::string_view payload) {
  out += std::to_string(payload.size());
  out += ':';
  out += payload;
  out += ',';
}

}  // namespace strictmx

// tests/fuzz/cuts.h: cuts a stream into pieces, as a network does.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>

namespace strictmx::fuzz {

class Cuts {
 public:
  Cuts(std::string_view stream, unsigned seed)
      : rest_(stream), state_(seed), by_line_(seed % 2 == 1) {}

  bool done() const { return rest_.empty(); }

  // Seed odd: a line. Even: 1 to 60 octets, now and then up to 3000. On the heap, so that overruns
  // are found.
  std::string next() {
    if (by_line_) return take(std::min(rest_.find('\n'), rest_.size() - 1) + 1);
    state_ = state_ * 1103515245 + 12345;
    const std::size_t most = (state_ >> 8) % 16 == 0 ? 3000 : 60;
    return take(1 + (state_ >> 16) % most);
  }

 private:
  std::string take(std::size_t size) {
    const std::string piece(rest_.substr(0, size));
    rest_.remove_prefix(piece.size());
    return piece;
  }

  std::string_view rest_;
  unsigned state_;
  bool by_line_;
};

}  // namespace strictmx::fuzz

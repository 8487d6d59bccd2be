#include "cmd/check/check_progress.h"

#include <fmt/format.h>

#include <cstdio>

namespace strictmx {
namespace {

constexpr std::size_t kMostColumns = 79;
constexpr std::string_view kErase = "\r\x1b[K";

void write(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

CheckProgress::~CheckProgress() {
  if (form_ == ProgressForm::terminal && done_ > 0) write(kErase);
}

void CheckProgress::done(const std::string& what) {
  ++done_;
  const auto line = fmt::format("{}/{} {}", done_, total_, what);
  if (form_ == ProgressForm::terminal)
    write(fmt::format("{}{}", kErase, std::string_view(line).substr(0, kMostColumns)));
  if (form_ == ProgressForm::lines) write(line + '\n');
}

}  // namespace strictmx

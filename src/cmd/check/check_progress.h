// cmd/check/check_progress.h: how far a check of several domains is, on standard error while it
// runs: one line that is written over on a terminal, else a line for each domain.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace strictmx {

enum class ProgressForm : std::uint8_t { none, terminal, lines };

class CheckProgress {
 public:
  CheckProgress(ProgressForm form, std::size_t total) : form_(form), total_(total) {}
  ~CheckProgress();  // removes the line
  CheckProgress(const CheckProgress&) = delete;
  CheckProgress& operator=(const CheckProgress&) = delete;

  // `what`: the domain and how it ended.
  void done(const std::string& what);

 private:
  ProgressForm form_;
  std::size_t total_;
  std::size_t done_ = 0;
};

}  // namespace strictmx

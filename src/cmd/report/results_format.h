// cmd/report/results_format.h: results of TLS sessions as text for people and as JSON. Pure.
// Forms: docs/formats/command-json.md.
#pragma once
#include <string>

#include "base/json.h"
#include "cmd/command_result.h"
#include "cmd/output_form.h"
#include "core/tls_result.h"

namespace strictmx {

struct SessionSums {
  std::uint64_t domains = 0;
  std::uint64_t successes = 0;
  std::uint64_t failures = 0;
  void add(const DomainResults& results);
};

// Days, or the domains of one; exit 1 when there are none.
class ResultsLister {
 public:
  explicit ResultsLister(OutputForm form) : form_(form) {}
  void add_day(Day day, const SessionSums& sums);
  void add_domain(const DomainResults& results);
  // `member`: "days" or "domains".
  CommandResult finish(const char* member);

 private:
  OutputForm form_;
  std::string text_;
  Json::Array json_;
};

CommandResult format_results(const DomainResults& results, OutputForm form);

}  // namespace strictmx

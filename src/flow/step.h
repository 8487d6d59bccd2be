// flow/step.h: the account of a look-up that `strictmx query --explain` prints: what was asked,
// what came back, and the rule that decided what follows.
#pragma once
#include <string>

namespace strictmx {

struct Step {
  std::string what;     // "TXT _mta-sts.example.com"
  std::string outcome;  // "one record, id 20261101"
  std::string rule;     // "RFC 8461 §3.1"; empty where no rule is involved
};

}  // namespace strictmx

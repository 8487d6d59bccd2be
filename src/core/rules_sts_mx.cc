#include "core/check_rules.h"

namespace strictmx {

void check_policy_reality(const CheckView& view, Findings& findings) {
  (void)view;
  (void)findings;
}

}  // namespace strictmx

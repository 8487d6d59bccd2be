#include "core/check_rules.h"

namespace strictmx {

void check_policy_text(const CheckView& view, Findings& findings) {
  (void)view;
  (void)findings;
}

}  // namespace strictmx

#include "core/check_rules.h"

namespace strictmx {

void check_reports(const CheckView& view, Findings& findings) {
  (void)view;
  (void)findings;
}

}  // namespace strictmx

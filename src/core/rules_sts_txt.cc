#include "core/check_rules.h"

namespace strictmx {

void check_sts_record(const CheckView& view, Findings& findings) {
  (void)view;
  (void)findings;
}

}  // namespace strictmx

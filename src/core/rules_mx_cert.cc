#include "core/check_rules.h"

namespace strictmx {

void check_mx_certificates(const CheckView& view, Findings& findings) {
  (void)view;
  (void)findings;
}

}  // namespace strictmx

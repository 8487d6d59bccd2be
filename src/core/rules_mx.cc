#include "core/check_rules.h"

namespace strictmx {

void check_mail_hosts(const CheckView& view, Findings& findings) {
  (void)view;
  (void)findings;
}

}  // namespace strictmx

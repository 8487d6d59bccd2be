#include "core/test_check_rules.h"

namespace strictmx {

std::vector<RuleRow> rows_of_sts_mx() { return {}; }

}  // namespace strictmx

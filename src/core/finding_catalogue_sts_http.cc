#include "core/finding_catalogue.h"

namespace strictmx {

std::span<const FindingKind> policy_http_kinds() { return {}; }

}  // namespace strictmx

#include "core/finding_catalogue.h"

namespace strictmx {

std::span<const FindingKind> policy_tls_kinds() { return {}; }

}  // namespace strictmx

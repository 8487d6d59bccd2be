#include "core/finding_catalogue.h"

namespace strictmx {

std::span<const FindingKind> smtp_kinds() { return {}; }

}  // namespace strictmx

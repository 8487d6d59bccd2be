#include "core/finding_catalogue.h"

namespace strictmx {

std::span<const FindingKind> sts_record_kinds() { return {}; }

}  // namespace strictmx

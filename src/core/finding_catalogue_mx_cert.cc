#include "core/finding_catalogue.h"

namespace strictmx {

std::span<const FindingKind> mx_certificate_kinds() { return {}; }

}  // namespace strictmx

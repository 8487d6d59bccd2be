#include "core/finding_catalogue.h"

namespace strictmx {

std::span<const FindingKind> dane_kinds() { return {}; }

}  // namespace strictmx

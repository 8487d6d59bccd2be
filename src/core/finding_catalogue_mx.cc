#include "core/finding_catalogue.h"

namespace strictmx {

std::span<const FindingKind> mail_host_kinds() { return {}; }

}  // namespace strictmx

#include "service/policyd/front_ends.h"

namespace strictmx {

FrontEnds::FrontEnds(Parts parts, Millis deadline, const std::string& collector)
    : parts_(parts),
      verdicts_(parts.io, parts.engine, parts.clock),
      sessions_({parts.io, verdicts_, parts.dns, parts.clock, parts.metrics, parts.log}, collector),
      lines_({parts.io, verdicts_, sessions_, parts.metrics, parts.log}, deadline),
      api_(parts.io, verdicts_, sessions_, deadline) {}

Result<void> FrontEnds::open(const std::vector<std::string>& lines, const std::string& api) {
  for (const auto& endpoint : lines) {
    if (auto listening = lines_.listen(endpoint); !listening) return listening;
  }
  if (api.empty()) return {};
  auto http = HttpServer::listen(
      parts_.io, api, [this](HttpRequest request) { return api_.respond(std::move(request)); },
      parts_.log);
  if (!http) return std::unexpected(http.error());
  http_ = *std::move(http);
  return {};
}

void FrontEnds::set_deadline(Millis deadline) {
  lines_.set_deadline(deadline);
  api_.set_deadline(deadline);
}

void FrontEnds::stop() {
  verdicts_.stop();
  lines_.stop();
  if (http_) http_->finish();
}

}  // namespace strictmx

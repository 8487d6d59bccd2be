#include "store/policy_preload.h"

#include <optional>

#include "store/policy_list.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxReportedLines = 100;

}  // namespace

Result<void> load_preload(std::istream& in, const std::string& name, WallTime now,
                          PolicyStore& store, const std::function<void(const KnownPolicy&)>& each,
                          Log& log) {
  std::size_t used = 0;
  std::size_t stored = 0;
  std::size_t expired = 0;
  std::size_t refused = 0;
  std::optional<Error> failure;
  const auto take = [&](const KnownPolicy& policy) {
    if (failure) return;
    const auto known = store.find(policy.domain);
    if (known) {
      ++stored;
    } else if (known.error().code == Errc::io) {
      failure = known.error();
    } else if (!policy.is_live(now)) {
      ++expired;
    } else {
      ++used;
      each(policy);
    }
  };
  const auto refuse = [&](const std::string& problem) {
    if (++refused <= kMaxReportedLines) log.error("preload_line_refused", {{"why", problem}});
  };
  read_policy_list(in, name, now, {take, refuse});
  if (failure) return std::unexpected(*failure);
  log.info("preload_loaded", {{"used", std::to_string(used)},
                              {"stored", std::to_string(stored)},
                              {"expired", std::to_string(expired)},
                              {"refused", std::to_string(refused)}});
  return {};
}

}  // namespace strictmx

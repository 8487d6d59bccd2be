#include "store/policy_preload.h"

#include "store/policy_list.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxReportedLines = 100;

}  // namespace

void load_preload(std::istream& in, const std::string& name, WallTime now,
                  const std::function<void(const KnownPolicy&)>& each, Log& log) {
  std::size_t used = 0;
  std::size_t expired = 0;
  std::size_t refused = 0;
  const auto take = [&](const KnownPolicy& policy) {
    if (!policy.is_live(now)) {
      ++expired;
      return;
    }
    ++used;
    each(policy);
  };
  const auto refuse = [&](const std::string& problem) {
    if (++refused <= kMaxReportedLines) log.error("preload_line_refused", {{"why", problem}});
  };
  read_policy_list(in, name, now, {take, refuse});
  log.info("preload_loaded", {{"used", std::to_string(used)},
                              {"expired", std::to_string(expired)},
                              {"refused", std::to_string(refused)}});
}

}  // namespace strictmx

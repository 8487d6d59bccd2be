#include "service/check/check.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "net/local_route.h"
#include "net/run_task.h"
#include "net/task_group.h"
#include "service/check/collect.h"

namespace strictmx {
namespace {

// The domains still to be checked, shared by the workers.
struct Queue {
  const CheckOptions& options;
  CheckRequests requests;
  CheckDone on_done;
  std::size_t next = 0;
};

VantageFacts vantage_of(const CheckOptions& options) {
  VantageFacts vantage;
  vantage.has_v4 = has_route(AddressFamily::v4);
  vantage.has_v6 = has_route(AddressFamily::v6);
  vantage.smtp_probed = options.smtp_probing == Probing::on;
  vantage.smtp_port = options.smtp.port;
  return vantage;
}

Task<void> work(const CheckParts& parts, Queue& queue) {
  while (queue.next < queue.requests.size()) {
    const auto index = queue.next++;
    auto request = std::move(queue.requests[index]);
    request.vantage = vantage_of(queue.options);
    const auto deadline = parts.clock.now().mono + queue.options.deadline;
    auto facts = co_await collect_facts(parts, std::move(request), deadline);
    queue.on_done(index, std::move(facts));
  }
}

Task<void> work_all(const CheckParts& parts, Queue& queue) {
  TaskGroup workers(parts.io);
  const auto count = std::min(queue.requests.size(), queue.options.max_domains);
  for (std::size_t i = 0; i < count; ++i) workers.add(work(parts, queue));
  co_await workers.join();
}

}  // namespace

Result<void> run_checks(const CheckOptions& options, CheckRequests requests, CheckDone on_done) {
  auto roots = TrustStore::load(options.ca_file);
  if (!roots) return std::unexpected(roots.error());
  const SystemClock clock;
  ChainReader chains(std::move(*roots));
  asio::io_context io{1};
  auto dns = DnsClient::create(io, options.dns);
  if (!dns) return std::unexpected(dns.error());
  auto smtp = SmtpProbe::create(io, chains, clock, options.smtp);
  if (!smtp) return std::unexpected(smtp.error());
  auto https = HttpsProbe::create(io, chains, clock, options.https);
  if (!https) return std::unexpected(https.error());
  const CheckParts parts{io, clock, **dns, **smtp, **https, chains, options.dns_timeout};
  Queue queue{options, std::move(requests), std::move(on_done)};
  Task<void> task = work_all(parts, queue);
  run_task(io, std::move(task));
  return {};
}

}  // namespace strictmx

#include "service/check/collect.h"

#include <utility>

#include "net/task_group.h"
#include "service/check/dns_questions.h"
#include "service/check/mail_facts.h"
#include "service/check/policy_facts.h"

namespace strictmx {

Task<CheckFacts> collect_facts(const CheckParts& parts, CheckFacts facts, MonoTime deadline) {
  const auto begin = parts.clock.now();
  facts.started = begin.wall;
  DnsMeta root;
  TaskGroup all(parts.io);
  all.add(collect_mail(parts, facts, deadline));
  all.add(collect_sts(parts, facts, deadline));
  all.add(collect_reporting(parts, facts, deadline));
  all.add(store_in(ask_zone(parts, facts.domain, deadline), facts.zone));
  all.add(store_in(ask_root(parts, facts.domain, deadline), root));
  co_await all.join();
  facts.vantage.root = std::move(root);
  facts.took = std::chrono::duration_cast<Millis>(parts.clock.now().mono - begin.mono);
  co_return facts;
}

}  // namespace strictmx

#include "service/reportd/day_builder.h"

#include <fmt/format.h>

#include "core/report/report_json.h"
#include "core/report/report_reader.h"
#include "flow/report_delivery.h"
#include "wire/gzip.h"

namespace strictmx {

namespace {

// The record that decides, or nothing as long as nobody knows one.
std::optional<TlsRptTxt> choose_record(const DomainResults& results, const FoundRecords& found) {
  if (!results.record.empty()) {
    auto seen = parse_tlsrpt_record(results.record);
    if (seen) return *std::move(seen);
  }
  const auto entry = found.find(results.domain);
  if (entry == found.end()) return std::nullopt;
  return entry->second;
}

}  // namespace

Result<std::vector<Domain>> DayBuilder::open_domains(Day day) {
  const auto built = queue_.built_domains(day);
  if (!built) return std::unexpected(built.error());
  std::vector<Domain> open;
  const auto visited = days_.visit_domains(day, [&](const Domain& domain) {
    if (!built->contains(domain)) open.push_back(domain);
  });
  if (!visited) return std::unexpected(visited.error());
  return open;
}

Result<DayBuilder::Step> DayBuilder::build(Day day, std::span<const Domain> domains,
                                           const FoundRecords& found, BuiltDomain::Extent extent,
                                           WallTime now) {
  auto mailed = queue_.count_mailed(day);
  if (!mailed) return std::unexpected(mailed.error());
  mailed_ = *std::move(mailed);
  Step step;
  std::vector<BuiltDomain> built;
  for (const auto& domain : domains) {
    const auto results = days_.find(day, domain);
    if (!results && results.error().code == Errc::not_found) continue;
    if (!results) return std::unexpected(results.error());
    auto one = build_one(*results, found, extent, now);
    if (!one) return std::unexpected(one.error());
    if (!*one) {
      step.unresolved.push_back(domain);
      continue;
    }
    step.reports += (*one)->reports.size();
    built.push_back(**std::move(one));
  }
  if (auto added = queue_.add(built, now); !added) return std::unexpected(added.error());
  return step;
}

Result<std::optional<BuiltDomain>> DayBuilder::build_one(const DomainResults& results,
                                                         const FoundRecords& found,
                                                         BuiltDomain::Extent extent, WallTime now) {
  BuiltDomain built{results.day, results.domain, BuildOutcome::queued, {}, extent};
  const auto txt = choose_record(results, found);
  if (!txt) return std::nullopt;
  const auto* record = std::get_if<TlsRptRecord>(&*txt);
  if (record == nullptr) {
    built.outcome = BuildOutcome::no_record;
    return built;
  }
  const auto targets = route_reports(results.domain, record->rua, options_.routes);
  if (targets.empty()) {
    built.outcome = BuildOutcome::opted_out;
    return built;
  }
  if (is_own_mail(results)) {
    built.outcome = BuildOutcome::own_mail;
    return built;
  }
  const auto number = queue_.next_number(results.day, results.domain);
  if (!number) return std::unexpected(number.error());
  const auto reports = build_reports(results, options_.who, *number);
  if (reports.empty()) built.outcome = BuildOutcome::no_sessions;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    auto packed = pack(reports[i], *number + static_cast<unsigned>(i), targets, now);
    if (!packed) return std::unexpected(packed.error());
    built.reports.push_back(*std::move(packed));
  }
  return built;
}

// RFC 8460 §3, RPT-C07: sessions that carry reports are left out. Which ones these were nobody can
// tell, but where there were no others the report would only beget the next.
bool DayBuilder::is_own_mail(const DomainResults& results) const {
  if (options_.guard == LoopGuard::off) return false;
  const auto mailed = mailed_.find(results.domain.text());
  return mailed != mailed_.end() && count_sessions(results) <= mailed->second;
}

Result<NewReport> DayBuilder::pack(const Report& report, unsigned number,
                                   const std::vector<ReportUri>& targets, WallTime now) {
  const auto json = format_report(report);
  if (const auto read = read_strict_report(json); !read) {
    log_.error("report_invalid", {{"report", report.report_id}, {"why", read.error().detail}});
  }
  auto packed = gzip(json);
  if (!packed) return std::unexpected(packed.error());
  NewReport made{number, report.report_id, *std::move(packed), {}};
  for (const auto& target : targets) {
    made.deliveries.push_back(
        {target.text, target.host.text(), schedule_delivery(now, options_.spread, random_())});
  }
  return made;
}

Result<std::vector<Report>> DayBuilder::preview(Day day, const Domain& domain) {
  const auto results = days_.find(day, domain);
  if (!results) return std::unexpected(results.error());
  return build_reports(*results, options_.who, 1);
}

}  // namespace strictmx

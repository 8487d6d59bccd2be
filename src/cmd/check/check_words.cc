#include "cmd/check/check_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace strictmx {
namespace {

constexpr std::int64_t kDay = 86400;

std::string span_of(Seconds time) {
  if (time.count() >= kDay && time.count() % kDay == 0) return count_of(time.count() / kDay, "day");
  constexpr std::int64_t kHour = 3600;
  if (time.count() >= kHour && time.count() % kHour == 0)
    return count_of(time.count() / kHour, "hour");
  return count_of(time.count(), "second");
}

std::string fetch_words(const PolicySummary& policy) {
  if (!policy.fetched) return "policy not fetched";
  if (policy.fetch == FetchStatus::ok) return "policy not valid";
  std::string words(name_of(policy.fetch));
  std::ranges::replace(words, '_', ' ');
  return "policy not to be had: " + words;
}

std::string chain_words(const AddressSummary& address, WallTime now) {
  switch (address.chain) {
    case ChainStatus::not_checked:
      return "not checked";
    case ChainStatus::ok:
      return "";
    case ChainStatus::expired: {
      const auto days = address.ends ? (now - *address.ends).count() / kDay : -1;
      return days > 0 ? fmt::format("expired {} ago", count_of(days, "day")) : "expired";
    }
    case ChainStatus::not_yet_valid:
      return "not valid yet";
    case ChainStatus::self_signed:
      return "self-signed";
    case ChainStatus::unknown_root:
      return "unknown root";
    case ChainStatus::incomplete:
      return "chain incomplete";
    case ChainStatus::purpose:
      return "not for servers";
    case ChainStatus::weak:
      return "too weak";
    case ChainStatus::bad_signature:
      return "bad signature";
    case ChainStatus::name_constraint:
      return "not its CA's name";
    case ChainStatus::other:
      return "not valid";
  }
  return "not valid";
}

std::string_view plural_of(Severity severity, std::size_t count) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::notice:
      return count == 1 ? "notice" : "notices";
    case Severity::warning:
      return count == 1 ? "warning" : "warnings";
    case Severity::error:
      return count == 1 ? "error" : "errors";
    case Severity::critical:
      return "critical";
  }
  return "";
}

}  // namespace

std::string count_of(std::int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string_view words_of(Delivery delivery) {
  switch (delivery) {
    case Delivery::encrypted:
      return "encrypted and authenticated";
    case Delivery::unauthenticated:
      return "encrypted, not authenticated";
    case Delivery::cleartext:
      return "sent in clear";
    case Delivery::deferred:
      return "held back";
    case Delivery::bounced:
      return "refused";
    case Delivery::unknown:
      return "not known";
  }
  return "not known";
}

std::string_view words_of(Sender sender) {
  switch (sender) {
    case Sender::plain:
      return "any TLS will do";
    case Sender::sts:
      return "MTA-STS";
    case Sender::dane:
      return "DANE";
    case Sender::strict:
      return "DANE and MTA-STS";
  }
  return "";
}

std::string_view words_of(Affected affected) {
  switch (affected) {
    case Affected::all_senders:
      return "all senders";
    case Affected::sts_senders:
      return "senders that follow MTA-STS";
    case Affected::dane_senders:
      return "senders that follow DANE";
    case Affected::sts_and_dane:
      return "senders that follow MTA-STS or DANE";
    case Affected::reports:
      return "TLS reports about the domain";
    case Affected::owner:
      return "whoever runs the domain";
  }
  return "";
}

std::string_view words_of(CheckOutcome outcome) {
  switch (outcome) {
    case CheckOutcome::good:
      return "GOOD";
    case CheckOutcome::warnings:
      return "WARNINGS";
    case CheckOutcome::broken:
      return "BROKEN";
    case CheckOutcome::unknown:
      return "COULD NOT TELL";
  }
  return "";
}

std::string_view words_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "INFO";
    case Severity::notice:
      return "NOTICE";
    case Severity::warning:
      return "WARNING";
    case Severity::error:
      return "ERROR";
    case Severity::critical:
      return "CRITICAL";
  }
  return "";
}

Mark mark_of(Delivery delivery) {
  switch (delivery) {
    case Delivery::encrypted:
      return Mark::good;
    case Delivery::unauthenticated:
      return Mark::fair;
    case Delivery::cleartext:
      return Mark::weak;
    case Delivery::deferred:
    case Delivery::bounced:
      return Mark::bad;
    case Delivery::unknown:
      return Mark::unknown;
  }
  return Mark::unknown;
}

std::string describe_policy(const DomainReport& report) {
  const auto& policy = report.policy;
  const std::string_view planned = policy.planned ? " (planned)" : "";
  if (policy.mode != PublishedMode::nothing) {
    return fmt::format("mode {}, id {}, max_age {}{}", name_of(policy.mode), policy.id,
                       span_of(policy.max_age.value_or(Seconds{0})), planned);
  }
  if (policy.record)
    return fmt::format("record id {}, but {}{}", policy.id, fetch_words(policy), planned);
  if (policy.fetched && policy.fetch == FetchStatus::ok)
    return fmt::format("a policy, but no valid record{}", planned);
  return "none";
}

std::string describe_dane(const DomainReport& report) {
  const auto count = [&](DaneState state) {
    return std::ranges::count(report.hosts, state, &HostSummary::dane);
  };
  std::vector<std::string> parts;
  const auto hosts = report.hosts.size();
  if (const auto usable = count(DaneState::usable); usable > 0)
    parts.push_back(fmt::format("usable at {} of {}", usable,
                                count_of(static_cast<std::int64_t>(hosts), "MX host")));
  if (const auto unusable = count(DaneState::unusable); unusable > 0)
    parts.push_back(fmt::format("no usable record at {}", unusable));
  if (const auto failed = count(DaneState::failed); failed > 0)
    parts.push_back(fmt::format("look-up failed at {}", failed));
  return parts.empty() ? "none" : join(parts, ", ");
}

std::string describe_reports(const DomainReport& report) {
  if (report.report_targets.empty()) return "none";
  return "to " + join(report.report_targets, ", ");
}

std::string describe_check(const DomainReport& report) {
  std::string_view families = "IPv4 and IPv6";
  if (!report.has_v6) families = "IPv4 alone";
  if (!report.has_v4) families = report.has_v6 ? "IPv6 alone" : "no network";
  return fmt::format("{} in {:.1f} s, over {}{}", format_utc(report.started),
                     static_cast<double>(report.took.count()) / 1000.0, families,
                     report.smtp_probed ? "" : ", without SMTP");
}

std::string describe_certificate(const AddressSummary& address, WallTime now) {
  if (!address.ends) return "-";
  auto words = chain_words(address, now);
  if (!address.named) words += words.empty() ? "other name" : ", other name";
  if (!words.empty()) return words;
  const auto days = (*address.ends - now).count() / kDay;
  return fmt::format("ok, {} left", count_of(days, "day"));
}

std::string describe_answer(const DomainReport& report) {
  if (report.outcome == CheckOutcome::unknown && !report.why_unknown.empty())
    return report.why_unknown;
  const auto* const strict = report.sender(Sender::strict);
  const bool arrives = strict != nullptr && mark_of(strict->delivery) != Mark::bad;
  const bool grave =
      report.outcome == CheckOutcome::broken || report.outcome == CheckOutcome::warnings;
  if (!grave || !arrives || report.findings.empty()) return report.verdict.summary;
  const auto& first = report.findings.front();
  return fmt::format("{} Gravest finding: {} ({}).", report.verdict.summary, first.kind->title,
                     first.object);
}

std::string_view describe_reason(std::string_view reason) {
  constexpr std::string_view kBecause = " because ";
  const auto at = reason.find(kBecause);
  return at == std::string_view::npos ? reason : reason.substr(at + kBecause.size());
}

std::string describe_host(const HostSummary& host) {
  std::string words;
  if (host.listed == Listed::yes) words = "in the policy";
  if (host.listed == Listed::no) words = "NOT IN THE POLICY";
  if (host.dane != DaneState::none)
    words += fmt::format("{}DANE {}", words.empty() ? "" : ", ", name_of(host.dane));
  return words;
}

std::string describe_counts(const DomainReport& report) {
  std::vector<std::string> parts;
  for (const auto severity :
       {Severity::critical, Severity::error, Severity::warning, Severity::notice}) {
    if (const auto count = report.count(severity); count > 0)
      parts.push_back(fmt::format("{} {}", count, plural_of(severity, count)));
  }
  if (parts.empty()) return "nothing found";
  return join(parts, ", ");
}

}  // namespace strictmx

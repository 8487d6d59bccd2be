#include "flow/sts_lookup.h"

#include <algorithm>

#include <fmt/format.h>

namespace strictmx {

namespace {

Seconds bounded_hold(Seconds ttl) { return std::clamp(ttl, kShortestHold, kLongestHold); }

}  // namespace

bool dns_failure_defers(const StsSettings& settings, MonoTime failing_since, MonoTime now) {
  switch (settings.on_dns_error) {
    case DnsErrorRule::defer:
      return true;
    case DnsErrorRule::bounded:
      return now - failing_since < settings.dns_error_time;
    case DnsErrorRule::ignore:
      return false;
  }
  return true;
}

std::string_view name_of(PolicySource source) {
  switch (source) {
    case PolicySource::none:
      return "none";
    case PolicySource::cache:
      return "cache";
    case PolicySource::fresh:
      return "fresh";
  }
  return "none";
}

StsLookup::StsLookup(Domain domain, StsMemory memory, StsSettings settings, StsPurpose purpose)
    : domain_(std::move(domain)),
      memory_(std::move(memory)),
      settings_(settings),
      purpose_(purpose) {
  result_.backoff = memory_.backoff;
}

StsAction StsLookup::start(Now now) {
  if (memory_.policy) {
    note("stored policy",
         fmt::format("mode {}, id {}, {} until {}", name_of(memory_.policy->policy.mode),
                     memory_.policy->id, stored_is_live(now) ? "valid" : "expired",
                     format_utc(memory_.policy->expires_at())),
         "RFC 8461 §3.3");
  }
  const bool pinned = memory_.standing == PolicyStanding::pinned && stored_is_live(now);
  if (pinned && purpose_ == StsPurpose::answer) {
    return finish_stored(now, "policy pinned by the operator", kLongestHold);
  }
  auto name = domain_.prefixed("_mta-sts");
  auto host = domain_.prefixed("mta-sts");
  if (!name || !host) {
    return finish(StsState::no_policy, "the domain is too long to publish a policy", kLongestHold);
  }
  txt_name_ = *std::move(name);
  return AskTxt{txt_name_};
}

StsAction StsLookup::on_txt(Now now, const TxtAnswer& answer) {
  txt_ttl_ = answer.meta.ttl;
  if (is_failure(answer.meta.status)) return on_dns_failure(now, answer.meta);
  if (answer.meta.status != DnsStatus::found) {
    note("TXT " + txt_name_, std::string(name_of(answer.meta.status)), "RFC 8461 §3.1");
    return on_no_record(now, "no MTA-STS record");
  }
  const StsTxt txt = select_sts_record(answer.records);  // RFC 8461 §3.1
  if (const auto* record = std::get_if<StsRecord>(&txt)) return on_record(now, *record);
  std::string why = "no MTA-STS record among the TXT records";
  if (const auto* several = std::get_if<SeveralStsRecords>(&txt)) {
    why = fmt::format("{} MTA-STS records, which counts as none", several->count);
  } else if (const auto* malformed = std::get_if<MalformedStsRecord>(&txt)) {
    why = "malformed MTA-STS record: " + malformed->error.detail;
  }
  note("TXT " + txt_name_, why, "RFC 8461 §3.1");
  return on_no_record(now, std::move(why));
}

StsAction StsLookup::on_record(Now now, const StsRecord& record) {
  id_ = record.id;
  note("TXT " + txt_name_, "one record, id " + id_, "RFC 8461 §3.1");
  const bool unchanged = stored_is_live(now) && memory_.policy->id == id_;
  if (unchanged && purpose_ == StsPurpose::answer) {
    return finish_stored(now, "stored policy, id unchanged", bounded_hold(txt_ttl_));
  }
  return fetch_or_wait(now);
}

// RFC 8461 §3.3: one fetch per id in 5 minutes.
StsAction StsLookup::fetch_or_wait(Now now) {
  const auto& backoff = memory_.backoff;
  if (backoff && backoff->id == id_ && now.mono < backoff->until) {  // RFC 8461 §3.3
    const auto wait = std::chrono::ceil<Seconds>(backoff->until - now.mono);
    note("policy fetch", "not repeated yet: " + backoff->reason, "RFC 8461 §3.3");
    result_.failure = StsFailure{backoff->type, backoff->reason, true};
    if (stored_is_live(now)) return finish_stored(now, "stored policy: " + backoff->reason, wait);
    return finish(StsState::no_policy, "policy cannot be fetched: " + backoff->reason, wait);
  }
  return FetchPolicy{domain_};
}

// RFC 8461 §3.1: no usable record ends discovery; RFC 8461 §5.1: a live stored policy still
// applies, or stripping one DNS answer would disarm it.
StsAction StsLookup::on_no_record(Now now, std::string why) {
  if (purpose_ == StsPurpose::refresh && memory_.policy) {  // RFC 8461 §10.2
    id_ = memory_.policy->id;
    return fetch_or_wait(now);
  }
  if (!stored_is_live(now)) {
    return finish(StsState::no_policy, std::move(why), bounded_hold(txt_ttl_));
  }
  if (memory_.policy->policy.mode != PolicyMode::none) {
    result_.failure = StsFailure{ResultType::sts_policy_fetch_error, why};
  }
  return finish_stored(now, "stored policy: " + why, bounded_hold(txt_ttl_));
}

StsAction StsLookup::on_dns_failure(Now now, const DnsMeta& meta) {
  const std::string why = fmt::format("DNS {}", name_of(meta.status));
  note("TXT " + txt_name_, meta.why.empty() ? why : why + ": " + meta.why, "RFC 8461 §3.1");
  if (purpose_ == StsPurpose::refresh) return on_no_record(now, why);
  result_.dns_failing_since = memory_.dns_failing_since.value_or(now.mono);
  if (stored_is_live(now)) {
    if (memory_.policy->policy.mode != PolicyMode::none) {
      result_.failure = StsFailure{ResultType::sts_policy_fetch_error, why};
    }
    return finish_stored(now, "stored policy: " + why, kShortestHold);
  }
  const bool defers = dns_failure_defers(settings_, *result_.dns_failing_since, now.mono);
  if (!defers && meta.status != DnsStatus::bogus) {
    return finish(StsState::no_policy, why + " for the MTA-STS record, ignored", kIgnoredErrorHold);
  }
  return finish(StsState::undecided, why + " for the MTA-STS record", kUndecidedHold);
}

StsAction StsLookup::on_fetch(Now now, const FetchOutcome& outcome) {
  const std::string what =
      fmt::format("GET https://mta-sts.{}/.well-known/mta-sts.txt", domain_.text());
  if (outcome.status != FetchStatus::ok) {
    note(what, fmt::format("{}: {}", name_of(outcome.status), outcome.detail), "RFC 8461 §3.3");
    const bool ours = outcome.status == FetchStatus::overloaded ||  // not the domain's failure
                      outcome.status == FetchStatus::cancelled;
    if (ours) return on_own_limit(now, outcome);
    return on_fetch_failure(
        now, result_type_of(outcome.status),
        outcome.detail.empty() ? std::string(name_of(outcome.status)) : outcome.detail);
  }
  auto parsed = parse_policy(outcome.body);
  if (!parsed) {
    note(what, "unusable policy: " + parsed.error().detail, "RFC 8461 §3.2");
    return on_fetch_failure(now, ResultType::sts_policy_invalid, parsed.error().detail);
  }
  note(what,
       fmt::format("mode {}, {} mx, max_age {}", name_of(parsed->policy.mode),
                   parsed->policy.mx.size(), parsed->policy.max_age.count()),
       "RFC 8461 §3.2");
  result_.backoff.reset();
  fetched_ = KnownPolicy{domain_, id_, outcome.body, std::move(parsed->policy), now.wall};
  return SavePolicy{*fetched_};
}

// What we had no room for says nothing of the domain: that there is no policy is not known, and
// nothing failed that its owner should hear of.
StsAction StsLookup::on_own_limit(Now now, const FetchOutcome& outcome) {
  const std::string why = "the policy could not be fetched: " + outcome.detail;
  if (stored_is_live(now)) return finish_stored(now, "stored policy: " + why, kShortestHold);
  return finish(StsState::undecided, why, kUndecidedHold);
}

// RFC 8461 §3.3: with nothing stored, deliver as without MTA-STS; RFC 8461 §5.1: else the stored
// policy applies although a newer one exists.
StsAction StsLookup::on_fetch_failure(Now now, ResultType type, std::string reason) {
  result_.failure = StsFailure{type, reason};
  result_.backoff = FetchBackoff{id_, now.mono + kFetchBackoff, reason, type};
  const Seconds hold = std::min(bounded_hold(txt_ttl_), kFetchBackoff);
  if (stored_is_live(now)) return finish_stored(now, "stored policy: " + reason, hold);
  return finish(StsState::no_policy, "policy cannot be fetched: " + reason, hold);
}

StsAction StsLookup::on_saved(Now now, const Result<void>& saved) {
  if (!saved) {
    note("store", saved.error().detail, "");
    result_.save_error = saved.error();
  }
  result_.source = PolicySource::fresh;
  result_.policy = std::move(fetched_);
  return finish(StsState::applies, "policy fetched",
                std::min(bounded_hold(txt_ttl_), result_.policy->expires_at() - now.wall));
}

StsAction StsLookup::on_cancel(Now now) {
  result_.dns_failing_since = memory_.dns_failing_since;
  if (stored_is_live(now)) return finish_stored(now, "stored policy: look-up given up", Seconds{0});
  return finish(StsState::undecided, "look-up given up", Seconds{0});
}

bool StsLookup::stored_is_live(Now now) const {
  return memory_.policy && memory_.policy->is_live(now.wall);
}

StsAction StsLookup::finish_stored(Now now, std::string reason, Seconds hold) {
  result_.policy = memory_.policy;
  result_.source = PolicySource::cache;
  return finish(StsState::applies, std::move(reason),
                std::min(hold, memory_.policy->expires_at() - now.wall));
}

StsAction StsLookup::finish(StsState state, std::string reason, Seconds hold) {
  result_.state = state;
  result_.reason = std::move(reason);
  result_.hold = hold;
  return Done{};
}

void StsLookup::note(std::string what, std::string outcome, std::string rule) {
  steps_.push_back(Step{std::move(what), std::move(outcome), std::move(rule)});
}

}  // namespace strictmx

// core/check/finding.h: what strictmx check says is wrong with a domain, as values. Every kind of
// finding has one row in the catalogue (core/check/finding_catalogue): a stable id that is never
// renamed, what breaks and for whom, and how it is mended. A rule (core/check/check_rules) looks at
// the facts and adds findings of these kinds with their evidence. Pure.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strictmx {

enum class Severity : std::uint8_t {
  info,      // worth knowing
  notice,    // advice
  warning,   // fragile, or protects only in part
  error,     // against the standard, or the protection is void
  critical,  // senders that enforce defer or refuse mail now
};
std::string_view name_of(Severity severity);

// What the domain has published, for severities that depend on it.
enum class PublishedMode : std::uint8_t { nothing, none, testing, enforce };
std::string_view name_of(PublishedMode mode);

struct SeverityByMode {
  constexpr SeverityByMode(Severity always)  // NOLINT(google-explicit-constructor): table rows
      : enforce(always), testing(always), otherwise(always) {}
  constexpr SeverityByMode(Severity in_enforce, Severity in_testing, Severity without)
      : enforce(in_enforce), testing(in_testing), otherwise(without) {}

  constexpr Severity in(PublishedMode mode) const {
    if (mode == PublishedMode::enforce) return enforce;
    return mode == PublishedMode::testing ? testing : otherwise;
  }

  Severity enforce;
  Severity testing;
  Severity otherwise;  // no policy, or one of mode none
};

// Whose mail or whose work it hurts.
enum class Affected : std::uint8_t {
  all_senders,   // whether they validate or not
  sts_senders,   // those that follow RFC 8461
  dane_senders,  // those that follow RFC 7672
  sts_and_dane,
  reports,  // only TLS reports to the domain
  owner,    // nobody's mail; the one who runs the domain
};
std::string_view name_of(Affected affected);

struct FindingKind {
  std::string_view id;  // "sts-txt-multiple": lower case, stable for ever
  SeverityByMode severity;
  Affected affected;
  std::string_view reference;  // "RFC 8461 §3.1"; empty where no RFC says it
  std::string_view title;      // what is wrong, at most 80 characters, no final dot
  std::string_view effect;     // what breaks for whom: whole sentences
  std::string_view fix;        // what to do, in general: whole sentences
};

struct Finding {
  const FindingKind* kind;  // a row of the catalogue
  Severity severity;
  std::string object;    // what it is about: domain, host name, or "host [address]"
  std::string evidence;  // what was seen, one line; remote text in it is escaped already
  std::string fix;       // the exact records, lines or commands, LF between; empty: kind->fix
};

// The row with that id; null without.
const FindingKind* find_kind(std::string_view id);

// Every row, in the order of the catalogue page.
std::span<const FindingKind> all_kinds();

// Findings about one domain; a second one of the same kind about the same object is left out.
// Limit: kMaxFindings, further ones are counted only.
constexpr std::size_t kMaxFindings = 500;

class Findings {
 public:
  explicit Findings(PublishedMode mode) : mode_(mode) {}

  // `id` is one of the catalogue's. `evidence` and `fix` may be empty.
  void add(std::string_view id, std::string object, std::string evidence = {},
           std::string fix = {});
  // Where the rule knows better than the catalogue, such as an expiry that comes near.
  void add_as(Severity severity, std::string_view id, std::string object, std::string evidence = {},
              std::string fix = {});

  bool has(std::string_view id) const;
  std::size_t left_out() const { return left_out_; }

  // The gravest first; in the order they were added within a severity.
  std::vector<Finding> sorted() const;

 private:
  PublishedMode mode_;
  std::vector<Finding> all_;
  std::size_t left_out_ = 0;
};

}  // namespace strictmx

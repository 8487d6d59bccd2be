#include "core/check/caa_verdict.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"

namespace strictmx {

namespace {

struct Authority {
  std::string_view issuer;  // part of the issuer's name
  std::array<std::string_view, 7> domains;
};

// What they accept in CAA records; the first one is proposed. All names of an authority must be
// here, or a good record would be called wrong.
constexpr Authority kAuthorities[] = {
    {"Let's Encrypt", {"letsencrypt.org"}},
    {"Google Trust Services", {"pki.goog"}},
    {"ZeroSSL",
     {"sectigo.com", "comodoca.com", "trust-provider.com", "usertrust.com", "comodo.com",
      "entrust.net", "affirmtrust.com"}},
    {"Sectigo",
     {"sectigo.com", "comodoca.com", "trust-provider.com", "usertrust.com", "comodo.com",
      "entrust.net", "affirmtrust.com"}},
    {"Amazon", {"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"}},
    {"Buypass", {"buypass.com", "buypass.no"}},
    {"GlobalSign", {"globalsign.com"}},
    {"SSL Corp", {"ssl.com"}},
    {"Actalis", {"actalis.it"}},
    {"Asseco Data Systems", {"certum.pl", "certum.eu"}},
    {"HARICA", {"harica.gr"}},
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

const Authority* authority_of(const CertificateFacts& leaf) {
  const auto found = std::ranges::find_if(kAuthorities, [&](const Authority& authority) {
    return contains(leaf.issuer, authority.issuer);
  });
  return found == std::ranges::end(kAuthorities) ? nullptr : &*found;
}

// RFC 8659 §4.2: the domain before the first ";", empty for "nobody".
std::string domain_of(std::string_view value) {
  return ascii_lower(trim_blanks(value.substr(0, value.find(';'))));
}

std::vector<std::string> domains_of(const CaaFacts& caa, std::string_view tag) {
  std::vector<std::string> domains;
  for (const auto& record : caa.records) {
    if (record.tag == tag) domains.push_back(domain_of(record.value));
  }
  return domains;
}

// RFC 8659 §4.3: for a wildcard name "issuewild" counts in place of "issue".
std::vector<std::string> domains_for(const CaaFacts& caa, const CertificateFacts& leaf,
                                     std::string_view host) {
  const bool exact = std::ranges::find(leaf.dns_names, host) != leaf.dns_names.end();
  if (!exact) {
    auto wild = domains_of(caa, "issuewild");
    if (!wild.empty()) return wild;
  }
  return domains_of(caa, "issue");
}

bool allows(const std::vector<std::string>& domains, const Authority& authority) {
  return std::ranges::any_of(domains, [&](const std::string& domain) {
    return !domain.empty() &&
           std::ranges::find(authority.domains, domain) != authority.domains.end();
  });
}

}  // namespace

std::optional<CaaRefusal> judge_caa(const CaaFacts& caa, const CertificateFacts& leaf,
                                    std::string_view host) {
  const auto domains = domains_for(caa, leaf, host);
  if (domains.empty()) return std::nullopt;  // no restriction
  const auto* const authority = authority_of(leaf);
  const bool nobody = std::ranges::all_of(domains, &std::string::empty);
  if (authority == nullptr ? !nobody : allows(domains, *authority)) return std::nullopt;
  CaaRefusal refusal;
  refusal.evidence = fmt::format("CAA of {} allows {}; the certificate is from {}", caa.owner,
                                 nobody ? "nobody" : escape_remote(join(domains, ", "), 200),
                                 escape_remote(leaf.issuer, 120));
  if (authority != nullptr) {
    refusal.record = fmt::format("{}. IN CAA 0 issue \"{}\"", caa.owner, authority->domains[0]);
  }
  return refusal;
}

}  // namespace strictmx

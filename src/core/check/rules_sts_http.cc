#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "core/check/address_faults.h"
#include "core/check/check_rules.h"
#include "core/check/rule_evidence.h"
#include "core/check/sts_attempt.h"

namespace strictmx {

namespace {

constexpr unsigned kMaxCachedSeconds = 3600;
constexpr std::string_view kPath = "/.well-known/mta-sts.txt";

// "text/plain" of "Text/Plain; charset=utf-8".
std::string media_type(std::string_view value) {
  return ascii_lower(trim_blanks(value.substr(0, value.find(';'))));
}

// Lower case, without quotes; empty without one.
std::string charset_of(std::string_view value) {
  for (const auto part : split(value, ';')) {
    const auto parameter = trim_blanks(part);
    constexpr std::string_view kName = "charset=";
    if (!equals_ignore_case(parameter.substr(0, kName.size()), kName)) continue;
    auto charset = ascii_lower(parameter.substr(kName.size()));
    std::erase(charset, '"');
    return charset;
  }
  return {};
}

bool is_plain_charset(std::string_view charset) {
  return charset.empty() || charset == "utf-8" || charset == "utf8" || charset == "us-ascii" ||
         charset == "ascii";
}

std::string_view id_of_status(unsigned status) {
  if (status >= 300 && status < 400) return "sts-http-redirect";
  if (status == 404) return "sts-http-404";
  if (status == 401 || status == 403) return "sts-http-403";
  return status >= 500 ? "sts-http-5xx" : "sts-http-other";
}

std::string status_text(const HttpFacts& http) {
  const auto* const location = http.field("location");
  auto text = fmt::format("status {}", http.status);
  if (location != nullptr) text += " to " + quoted(*location, 200);
  return text;
}

class PolicyHttpRules {
 public:
  PolicyHttpRules(const CheckView& view, Findings& findings)
      : facts_(view.facts),
        host_(view.facts.policy_host),
        name_(view.facts.policy_host.dns.name),
        findings_(findings) {}

  void run() {
    check_browser();
    for (const auto& address : host_.addresses) check_end(address);
    faults_.report(findings_, name_);
    check_elsewhere();
  }

 private:
  bool serves_browsers() const { return host_.as_browser && host_.as_browser->status == 200; }

  // Why the answer is another one than the policy's is told already.
  bool is_explained(unsigned status) const {
    if (status < 400) return findings_.has("sts-cert-default-vhost");
    return serves_browsers() || findings_.has("sts-host-bot-wall") ||
           findings_.has("sts-host-takeover-fingerprint") ||
           findings_.has("sts-cert-default-vhost");
  }

  void check_browser() {
    if (!serves_browsers() || findings_.has("sts-host-bot-wall")) return;
    const auto refused = std::ranges::find_if(host_.addresses, [](const auto& address) {
      return address.http.end == HttpEnd::complete && address.http.status >= 400;
    });
    if (refused == host_.addresses.end()) return;
    findings_.add("sts-http-needs-ua", name_,
                  fmt::format("status {} for a program, 200 for a browser [{}]",
                              refused->http.status, refused->address.text()));
  }

  void check_end(const PolicyAddressFacts& address) {
    const auto& http = address.http;
    switch (http.end) {
      case HttpEnd::complete:
        return check_answer(address);
      case HttpEnd::truncated:
        return faults_.add("sts-http-truncated", address.address,
                           fmt::format("{} octets came", http.body_bytes));
      case HttpEnd::too_large:
        return faults_.add("sts-http-too-large", address.address,
                           fmt::format("over {} octets", http.body_bytes));
      case HttpEnd::closed:
      case HttpEnd::protocol:
        return faults_.add(
            "sts-http-no-answer", address.address,
            fmt::format("{} {}", name_of(http.end), escape_remote(http.detail, 120)));
      case HttpEnd::tls_failed:
        if (address.tls.detail.find("no application protocol") == std::string::npos) return;
        return faults_.add("sts-http-needs-alpn", address.address,
                           "refuses http/1.1: " + escape_remote(address.tls.detail, 120));
      case HttpEnd::not_tried:
      case HttpEnd::no_connection:
      case HttpEnd::timeout:  // told as a slow host
      case HttpEnd::local:
        return;
    }
  }

  void check_answer(const PolicyAddressFacts& address) {
    const auto& http = address.http;
    if (is_explained(http.status)) return;
    if (http.status != 200) {
      return faults_.add(id_of_status(http.status), address.address, status_text(http));
    }
    check_age(address);
    if (http.body_bytes > kMaxPolicyBytes) {
      return faults_.add("sts-http-too-large", address.address,
                         fmt::format("{} octets", http.body_bytes));
    }
    const auto* const coding = http.field("content-encoding");
    if (coding != nullptr && !coding->empty() && !equals_ignore_case(*coding, "identity")) {
      return faults_.add("sts-http-encoding", address.address,
                         "Content-Encoding: " + escape_remote(*coding, 60));
    }
    if (http.body.empty()) return faults_.add("sts-http-empty", address.address, "no octet");
    if (is_page(http.body)) {
      return faults_.add("sts-http-html", address.address, quoted(http.body, 60));
    }
    check_type(address);
  }

  // RFC 8461 §3.3: senders should look at the media type.
  void check_type(const PolicyAddressFacts& address) {
    const auto& http = address.http;
    const auto* const type = http.field("content-type");
    if (type == nullptr || type->empty()) {
      return faults_.add("sts-http-content-type-missing", address.address, "no Content-Type field");
    }
    if (http.count("content-type") > 1) {
      return faults_.add("sts-http-content-type", address.address, "several Content-Type fields");
    }
    if (media_type(*type) != "text/plain") {
      return faults_.add("sts-http-content-type", address.address,
                         "Content-Type: " + escape_remote(*type, 80));
    }
    if (!is_plain_charset(charset_of(*type))) {
      faults_.add("sts-http-charset", address.address, "Content-Type: " + escape_remote(*type, 80));
    }
  }

  void check_age(const PolicyAddressFacts& address) {
    const auto* const age = address.http.field("age");
    if (age == nullptr) return;
    unsigned seconds = 0;
    const auto* const end = age->data() + age->size();
    const auto [rest, error] = std::from_chars(age->data(), end, seconds);
    if (error != std::errc{} || rest != end || seconds <= kMaxCachedSeconds) return;
    faults_.add("sts-http-stale-edge", address.address, fmt::format("Age: {} s", seconds));
  }

  void check_elsewhere() {
    for (const auto& other : facts_.policy_elsewhere) {
      for (const auto& address : other.addresses) {
        const auto& http = address.http;
        if (http.status != 200 || http.body.find("STSv1") == std::string::npos) continue;
        return findings_.add("sts-http-wrong-host-served", other.dns.name,
                             fmt::format("https://{}{} is a policy", other.dns.name, kPath),
                             fmt::format("https://{}{}", name_, kPath));
      }
    }
  }

  const CheckFacts& facts_;
  const PolicyHostFacts& host_;
  const std::string& name_;
  Findings& findings_;
  AddressFaults faults_;
};

}  // namespace

void check_policy_http(const CheckView& view, Findings& findings) {
  if (!means_policy(view)) return;
  PolicyHttpRules(view, findings).run();
}

}  // namespace strictmx

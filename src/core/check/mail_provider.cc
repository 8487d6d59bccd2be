#include "core/check/mail_provider.h"

#include <algorithm>
#include <iterator>

namespace strictmx {

namespace {

struct Suffix {
  std::string_view domain;
  std::string_view provider;
};

constexpr Suffix kProviders[] = {
    {"mail.protection.outlook.com", "Microsoft 365"},
    {"mx.microsoft", "Microsoft 365"},
    {"google.com", "Google"},
    {"googlemail.com", "Google"},
    {"pphosted.com", "Proofpoint"},
    {"ppe-hosted.com", "Proofpoint"},
    {"mimecast.com", "Mimecast"},
    {"messagingengine.com", "Fastmail"},
    {"protonmail.ch", "Proton"},
    {"mail.icloud.com", "Apple iCloud"},
    {"barracudanetworks.com", "Barracuda"},
    {"iphmx.com", "Cisco"},
    {"zoho.com", "Zoho"},
    {"zoho.eu", "Zoho"},
    {"yandex.net", "Yandex"},
    {"ionos.com", "IONOS"},
    {"ionos.de", "IONOS"},
    {"kundenserver.de", "IONOS"},
    {"mail.ovh.net", "OVH"},
    {"secureserver.net", "GoDaddy"},
};

constexpr std::string_view kShared[] = {
    "outlook.com",
    "google.com",
    "googlemail.com",
    "amazonaws.com",
    "azure.com",
    "cloudapp.net",
    "azurewebsites.net",
    "cloudapp.azure.com",
    "appspot.com",
    "herokuapp.com",
    "co.uk",
    "org.uk",
    "com.au",
    "net.au",
    "org.au",
    "com.br",
    "co.jp",
    "co.nz",
    "co.za",
    "com.cn",
    "com.mx",
    "com.tr",
    "co.in",
    "co.kr",
    "com.pl",
    "dyndns.org",
    "duckdns.org",
};

bool is_below(std::string_view name, std::string_view parent) {
  return name.size() > parent.size() + 1 && name.ends_with(parent) &&
         name[name.size() - parent.size() - 1] == '.';
}

}  // namespace

std::string_view provider_of_mx(std::string_view host) {
  const auto found = std::ranges::find_if(kProviders, [&](const Suffix& suffix) {
    return host == suffix.domain || is_below(host, suffix.domain);
  });
  return found == std::ranges::end(kProviders) ? std::string_view() : found->provider;
}

bool is_shared_domain(std::string_view domain) {
  if (domain.find('.') == std::string_view::npos) return true;
  return std::ranges::find(kShared, domain) != std::ranges::end(kShared);
}

}  // namespace strictmx

// support/dane_world.h: DNS answers about DANE, for tests.
#pragma once
#include <string>
#include <vector>

#include "support/lookup_script.h"

namespace strictmx::script {

inline TlsaRecord ee_record() { return TlsaRecord{3, 1, 1, std::string(32, 'x')}; }
inline TlsaRecord pkix_record() { return TlsaRecord{1, 1, 1, std::string(32, 'x')}; }

inline AddressAnswer host_at(DnsTrust trust, std::string canonical = "") {
  AddressAnswer answer;
  answer.meta.status = DnsStatus::found;
  answer.meta.trust = trust;
  answer.meta.ttl = Seconds{300};
  answer.meta.canonical = std::move(canonical);
  answer.addresses = {IpAddress::v4({192, 0, 2, 1})};
  return answer;
}

inline CnameAnswer alias(DnsTrust trust) {
  CnameAnswer answer;
  answer.meta.status = DnsStatus::found;
  answer.meta.trust = trust;
  answer.meta.ttl = Seconds{300};
  return answer;
}

inline TlsaAnswer tlsa(DnsTrust trust, std::vector<TlsaRecord> records) {
  TlsaAnswer answer;
  answer.meta.status = records.empty() ? DnsStatus::no_name : DnsStatus::found;
  answer.meta.trust = trust;
  answer.meta.ttl = Seconds{300};
  answer.records = std::move(records);
  return answer;
}

inline MxAnswer secure_mx(std::vector<std::string> hosts) {
  MxAnswer answer = mx(std::move(hosts));
  answer.meta.trust = DnsTrust::secure;
  return answer;
}

}  // namespace strictmx::script

#include "core/check/check_facts_json.h"

namespace strictmx {
namespace {

Json number(std::size_t value) { return Json(static_cast<std::int64_t>(value)); }
Json milliseconds(Millis time) { return Json(static_cast<std::int64_t>(time.count())); }

Json optional_dns(const std::optional<DnsMeta>& meta) { return meta ? dns_json(*meta) : Json(); }

Json txt_json(const TxtFacts& txt) {
  Json::Array records;
  for (const auto& strings : txt.records) records.push_back(Json::strings(strings));
  return Json::Object{
      {"name", txt.name}, {"dns", optional_dns(txt.meta)}, {"records", std::move(records)}};
}

Json txt_list_json(const std::vector<TxtFacts>& list) {
  Json::Array array;
  for (const auto& txt : list) array.push_back(txt_json(txt));
  return array;
}

Json addresses_json(const std::vector<IpAddress>& addresses) {
  Json::Array array;
  for (const auto& address : addresses) array.emplace_back(address.text());
  return array;
}

Json name_json(const NameFacts& name) {
  return Json::Object{{"name", name.name},
                      {"aaaa", optional_dns(name.v6)},
                      {"a", optional_dns(name.v4)},
                      {"cname", optional_dns(name.alias)},
                      {"addresses", addresses_json(name.addresses)}};
}

Json tlsa_json(const std::vector<TlsaRecord>& records) {
  Json::Array array;
  for (const auto& record : records) array.emplace_back(record.text());
  return array;
}

Json host_json(const MxHostFacts& host) {
  Json::Array tlsa;
  for (const auto& answer : host.tlsa)
    tlsa.emplace_back(Json::Object{{"base", answer.base},
                                   {"dns", dns_json(answer.meta)},
                                   {"records", tlsa_json(answer.records)},
                                   {"sibling", optional_dns(answer.sibling)}});
  Json::Array addresses;
  for (const auto& address : host.addresses) addresses.push_back(smtp_address_json(address));
  return Json::Object{{"preference", static_cast<int>(host.preference)},
                      {"name", host.name},
                      {"valid", host.host.has_value()},
                      {"dns", name_json(host.dns)},
                      {"tlsa", std::move(tlsa)},
                      {"dane", Json::Object{{"state", name_of(host.dane.state)},
                                            {"base", host.dane.base},
                                            {"reason", host.dane.reason}}},
                      {"addresses", std::move(addresses)}};
}

Json key_json(const KeyRecordFacts& key) {
  return Json::Object{{"tag", static_cast<int>(key.tag)},
                      {"flags", static_cast<int>(key.flags)},
                      {"algorithm", static_cast<int>(key.algorithm)},
                      {"digest_type", static_cast<int>(key.digest_type)}};
}

Json keys_json(const std::vector<KeyRecordFacts>& keys) {
  Json::Array array;
  for (const auto& key : keys) array.push_back(key_json(key));
  return array;
}

Json zone_json(const ZoneFacts& zone) {
  Json::Array servers;
  for (const auto& server : zone.name_servers) servers.push_back(name_json(server));
  return Json::Object{
      {"apex", zone.apex},
      {"soa", optional_dns(zone.soa)},
      {"ns", optional_dns(zone.ns)},
      {"name_servers", std::move(servers)},
      {"ds", optional_dns(zone.ds)},
      {"ds_records", keys_json(zone.ds_records)},
      {"dnskey", optional_dns(zone.dnskey)},
      {"keys", keys_json(zone.keys)},
      {"nsec3param", optional_dns(zone.nsec3param)},
      {"nsec3_iterations",
       zone.nsec3_iterations ? Json(static_cast<std::int64_t>(*zone.nsec3_iterations)) : Json()}};
}

Json http_json(const HttpFacts& http) {
  Json::Array fields;
  for (const auto& field : http.fields) fields.push_back(Json::strings({field.name, field.value}));
  return Json::Object{{"end", name_of(http.end)},
                      {"detail", http.detail},
                      {"status", static_cast<int>(http.status)},
                      {"fields", std::move(fields)},
                      {"body", http.body},
                      {"body_bytes", number(http.body_bytes)},
                      {"first_byte_ms", milliseconds(http.first_byte)},
                      {"total_ms", milliseconds(http.total)}};
}

Json policy_address_json(const PolicyAddressFacts& address) {
  return Json::Object{{"address", address.address.text()},
                      {"connect", Json::Object{{"status", name_of(address.connect.status)},
                                               {"detail", address.connect.detail},
                                               {"ms", milliseconds(address.connect.time)}}},
                      {"tls", tls_json(address.tls)},
                      {"http", http_json(address.http)},
                      {"any_tls", address.any_tls ? tls_json(*address.any_tls) : Json()}};
}

Json policy_addresses_json(const std::vector<PolicyAddressFacts>& addresses) {
  Json::Array array;
  for (const auto& address : addresses) array.push_back(policy_address_json(address));
  return array;
}

Json policy_host_json(const PolicyHostFacts& host) {
  Json outcome;
  if (host.fetched)
    outcome = Json::Object{{"status", name_of(host.outcome.status)},
                           {"body", host.outcome.body},
                           {"detail", host.outcome.detail}};
  return Json::Object{{"dns", name_json(host.dns)},
                      {"addresses", policy_addresses_json(host.addresses)},
                      {"as_browser", host.as_browser ? http_json(*host.as_browser) : Json()},
                      {"outcome", std::move(outcome)}};
}

Json caa_json(const CaaFacts& caa) {
  Json::Array records;
  for (const auto& record : caa.records)
    records.emplace_back(Json::Object{
        {"flags", static_cast<int>(record.flags)}, {"tag", record.tag}, {"value", record.value}});
  return Json::Object{{"name", caa.name},
                      {"owner", caa.owner},
                      {"dns", optional_dns(caa.meta)},
                      {"records", std::move(records)}};
}

Json mx_json(const MxAnswer& mx) {
  Json::Array hosts;
  for (const auto& host : mx.hosts)
    hosts.emplace_back(Json::Object{{"preference", static_cast<int>(host.preference)},
                                    {"exchange", host.exchange}});
  return Json::Object{{"dns", dns_json(mx.meta)}, {"records", std::move(hosts)}};
}

Json target_json(const ReportTargetFacts& target) {
  return Json::Object{{"uri", target.uri},
                      {"scheme", target.scheme},
                      {"host", target.host},
                      {"mx", target.mx ? mx_json(*target.mx) : Json()},
                      {"addresses", target.addresses ? name_json(*target.addresses) : Json()},
                      {"https", policy_addresses_json(target.https)}};
}

Json mail_json(const CheckFacts& facts) {
  Json::Array hosts;
  for (const auto& host : facts.hosts) hosts.push_back(host_json(host));
  return Json::Object{{"planned", facts.planned_mx},
                      {"mx", mx_json(facts.mx)},
                      {"own_addresses", name_json(facts.own_addresses)},
                      {"hosts", std::move(hosts)}};
}

Json sts_json(const CheckFacts& facts) {
  Json::Array elsewhere;
  for (const auto& host : facts.policy_elsewhere) elsewhere.push_back(policy_host_json(host));
  return Json::Object{{"planned_txt", facts.planned_sts_txt},
                      {"planned_policy", facts.planned_policy},
                      {"txt", txt_json(facts.sts_txt)},
                      {"txt_elsewhere", txt_list_json(facts.sts_txt_elsewhere)},
                      {"wildcard_txt", txt_json(facts.wildcard_txt)},
                      {"wildcard_address", name_json(facts.wildcard_address)},
                      {"policy_host", policy_host_json(facts.policy_host)},
                      {"policy_elsewhere", std::move(elsewhere)},
                      {"caa", facts.policy_host_caa ? caa_json(*facts.policy_host_caa) : Json()}};
}

Json reporting_json(const CheckFacts& facts) {
  Json::Array targets;
  for (const auto& target : facts.report_targets) targets.push_back(target_json(target));
  return Json::Object{{"planned", facts.planned_rpt_txt},
                      {"txt", txt_json(facts.rpt_txt)},
                      {"txt_elsewhere", txt_list_json(facts.rpt_txt_elsewhere)},
                      {"targets", std::move(targets)}};
}

Json vantage_json(const VantageFacts& vantage) {
  return Json::Object{{"has_v4", vantage.has_v4},
                      {"has_v6", vantage.has_v6},
                      {"root", optional_dns(vantage.root)},
                      {"smtp_probed", vantage.smtp_probed},
                      {"https_probed", vantage.https_probed},
                      {"smtp_port", static_cast<int>(vantage.smtp_port)}};
}

}  // namespace

Json dns_json(const DnsMeta& meta) {
  return Json::Object{
      {"status", name_of(meta.status)},
      {"secure", meta.trust == DnsTrust::secure},
      {"ttl", static_cast<std::int64_t>(meta.ttl.count())},
      {"canonical", meta.canonical},
      {"why", meta.why},
      {"zone", meta.zone},
      {"signed_until", meta.signed_until ? Json(format_utc(*meta.signed_until)) : Json()},
      {"wildcard", meta.wildcard}};
}

Json facts_json(const CheckFacts& facts) {
  return Json::Object{
      {"version", kCheckFactsVersion},          {"domain", facts.domain.text()},
      {"started", format_utc(facts.started)},   {"took_ms", milliseconds(facts.took)},
      {"vantage", vantage_json(facts.vantage)}, {"mail", mail_json(facts)},
      {"zone", zone_json(facts.zone)},          {"mta_sts", sts_json(facts)},
      {"tls_rpt", reporting_json(facts)}};
}

}  // namespace strictmx

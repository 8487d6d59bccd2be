#include "scenario/facts.h"

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace strictmx::scenario {

namespace {

constexpr Seconds kTtl{300};

std::string read_domain(const std::string& text) {
  const auto domain = Domain::parse_ascii(text);
  if (!domain) throw BadScenario("no domain: " + text);
  return domain->text();
}

// [secure] [ttl TIME] [via NAME] in any order, then perhaps the word of an answer without records.
DnsMeta read_meta(Words& words) {
  DnsMeta meta;
  meta.status = DnsStatus::found;
  meta.ttl = kTtl;
  for (;;) {
    if (words.skip("secure")) {
      meta.trust = DnsTrust::secure;
    } else if (words.skip("ttl")) {
      meta.ttl = read_duration(words.take("time"));
    } else if (words.skip("via")) {
      meta.canonical = read_domain(words.take("name"));
    } else {
      break;
    }
  }
  for (const auto status : {DnsStatus::no_data, DnsStatus::no_name, DnsStatus::servfail,
                            DnsStatus::bogus, DnsStatus::timeout}) {
    if (words.skip(name_of(status))) meta.status = status;
  }
  if (is_failure(meta.status)) meta.ttl = Seconds{0};
  return meta;
}

std::vector<std::string> read_records(Words& words, const DnsMeta& meta) {
  std::vector<std::string> records;
  while (!words.empty() && meta.status == DnsStatus::found) records.push_back(words.take("record"));
  if (records.empty() == (meta.status == DnsStatus::found)) throw BadScenario("no records");
  words.end();
  return records;
}

void state_txt(World& world, Words& words) {
  const std::string name = "_mta-sts." + read_domain(words.take("domain"));
  TxtAnswer answer;
  answer.meta = read_meta(words);
  answer.records = read_records(words, answer.meta);
  world.txt.insert_or_assign(name, std::move(answer));
}

// Hosts in order of preference; "." is the null MX.
void state_mx(World& world, Words& words) {
  const std::string name = read_domain(words.take("domain"));
  MxAnswer answer;
  answer.meta = read_meta(words);
  std::uint16_t preference = 10;
  for (const auto& host : read_records(words, answer.meta)) {
    answer.hosts.push_back(MxHost{preference, host == "." ? "" : ascii_lower(host)});
    preference = static_cast<std::uint16_t>(preference + 10);
  }
  world.mx.insert_or_assign(name, std::move(answer));
}

void state_address(World& world, Words& words) {
  const std::string name = read_domain(words.take("host"));
  AddressAnswer answer;
  answer.meta = read_meta(words);
  for (const auto& text : read_records(words, answer.meta)) {
    const auto address = IpAddress::parse(text);
    if (!address) throw BadScenario("no address: " + text);
    answer.addresses.push_back(*address);
  }
  world.addresses.insert_or_assign(name, std::move(answer));
}

void state_cname(World& world, Words& words) {
  const std::string name = read_domain(words.take("host"));
  CnameAnswer answer;
  answer.meta = read_meta(words);
  words.end();
  world.cnames.insert_or_assign(name, std::move(answer));
}

// "3-1-1": with a digest of the right length for the matching type.
TlsaRecord read_tlsa(const std::string& text) {
  const auto parts = split(text, '-');
  if (parts.size() != 3) throw BadScenario("no TLSA parameters: " + text);
  const auto octet = [&](std::size_t part) {
    return static_cast<std::uint8_t>(read_count(parts[part]));
  };
  return TlsaRecord{octet(0), octet(1), octet(2), std::string(octet(2) == 2 ? 64 : 32, 'x')};
}

void state_tlsa(World& world, Words& words) {
  const std::string name = read_domain(words.take("host"));
  TlsaAnswer answer;
  answer.meta = read_meta(words);
  for (const auto& text : read_records(words, answer.meta)) {
    answer.records.push_back(read_tlsa(text));
  }
  world.tlsa.insert_or_assign(name, std::move(answer));
}

std::string policy_text(std::string_view mode, Seconds max_age, Words& words) {
  std::string text =
      fmt::format("version: STSv1\r\nmode: {}\r\nmax_age: {}\r\n", mode, max_age.count());
  while (!words.empty()) text += "mx: " + words.take("mx") + "\r\n";
  return text;
}

// MODE MAX_AGE [MX ...], or body "TEXT", or the word of a failed fetch.
FetchOutcome read_outcome(Words& words) {
  const std::string& word = words.take("mode, body or failure");
  if (word == "body") return FetchOutcome{FetchStatus::ok, words.take("text"), ""};
  for (const auto mode : {PolicyMode::none, PolicyMode::testing, PolicyMode::enforce}) {
    if (word != name_of(mode)) continue;
    const Seconds max_age = read_duration(words.take("max_age"));
    return FetchOutcome{FetchStatus::ok, policy_text(word, max_age, words), ""};
  }
  for (auto number = std::to_underlying(FetchStatus::host_not_found);
       number <= std::to_underlying(FetchStatus::overloaded); ++number) {
    const auto status = static_cast<FetchStatus>(number);
    if (word == name_of(status)) return FetchOutcome{status, "", word};
  }
  throw BadScenario("neither mode nor failure: " + word);
}

void state_policy(World& world, Words& words) {
  const std::string domain = read_domain(words.take("domain"));
  FetchOutcome outcome = read_outcome(words);
  words.end();
  world.hosts.insert_or_assign(domain, std::move(outcome));
}

// As a line of the operator's list says it: a policy fetched AGE before the daemon starts.
void state_preload(World& world, Words& words) {
  const auto domain = Domain::parse_ascii(words.take("domain"));
  if (!domain) throw BadScenario("no domain");
  const Seconds age = read_duration(words.take("age"));
  const std::string mode = words.take("mode");
  const Seconds max_age = read_duration(words.take("max_age"));
  const std::string body = policy_text(mode, max_age, words);
  auto parsed = parse_policy(body);
  if (!parsed) throw BadScenario("no policy: " + parsed.error().detail);
  KnownPolicy policy{*domain, "preload", body, std::move(parsed->policy),
                     world.clock.now().wall - age};
  world.preload.insert_or_assign(domain->text(), std::move(policy));
}

void state_disk(World& world, Words& words) {
  const std::string& state = words.take("ok or full");
  if (state != "ok" && state != "full") throw BadScenario("neither ok nor full: " + state);
  world.disk = state == "ok" ? Disk::ok : Disk::full;
  words.end();
}

void state_hold(World& world, Words& words) { world.held.insert(read_held(words)); }

// "wall +1d", "wall -1d": the wall clock alone jumps.
void state_wall(World& world, Words& words) {
  const std::string& by = words.take("jump");
  if (by.empty() || (by.front() != '+' && by.front() != '-')) throw BadScenario("no sign: " + by);
  const Seconds jump = read_duration(std::string_view(by).substr(1));
  world.clock.jump(by.front() == '+' ? jump : -jump);
  words.end();
}

using State = void (*)(World&, Words&);
const std::map<std::string_view, State>& facts() {
  static const std::map<std::string_view, State> kFacts = {
      {"txt", state_txt},         {"mx", state_mx},     {"address", state_address},
      {"cname", state_cname},     {"tlsa", state_tlsa}, {"policy", state_policy},
      {"disk", state_disk},       {"hold", state_hold}, {"wall", state_wall},
      {"preload", state_preload},
  };
  return kFacts;
}

}  // namespace

std::string read_held(Words& words) {
  std::string kind = words.take("kind of question");
  if (kind == "disk") {
    words.end();
    return kind;
  }
  const std::string name = read_domain(words.take("name"));
  words.end();
  return kind + (kind == "txt" ? " _mta-sts." : " ") + name;
}

bool state_fact(World& world, const std::vector<std::string>& line) {
  Words words(line);
  const auto fact = facts().find(words.take("word"));
  if (fact == facts().end()) return false;
  fact->second(world, words);
  return true;
}

}  // namespace strictmx::scenario

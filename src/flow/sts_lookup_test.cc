#include "flow/sts_lookup.h"

#include <doctest/doctest.h>

#include "support/lookup_script.h"

namespace strictmx {

using namespace script;

namespace {

const std::string kRecord = "v=STSv1; id=new1;";
const std::string kEnforce =
    "version: STSv1\r\nmode: enforce\r\nmx: mx1.example.com\r\nmax_age: 604800\r\n";
const std::string kTesting =
    "version: STSv1\r\nmode: testing\r\nmx: mx1.example.com\r\nmax_age: 604800\r\n";
const std::string kNone = "version: STSv1\r\nmode: none\r\nmax_age: 604800\r\n";

constexpr std::int64_t kDay = 86400;

StsMemory nothing() { return {}; }
StsMemory stored(const std::string& text, const std::string& id = "old1",
                 std::int64_t fetched = -kDay) {
  StsMemory memory;
  memory.policy = known(id, text, fetched);
  return memory;
}
StsMemory expired() { return stored(kEnforce, "old1", -8 * kDay); }

std::string mode_of(const TlsPolicyResult& result) {
  return result.sts.policy ? std::string(name_of(result.sts.policy->policy.mode)) : "-";
}

struct Cell {
  const char* name;
  StsMemory memory;
  std::vector<Event> events;
  StsState state;
  const char* mode;
  PolicySource source;
  bool failure;
};

const Saved kSaved{Result<void>{}};

std::vector<Cell> cells_with_record_and_nothing_live() {
  const auto fails = fetch_failure(FetchStatus::connect_failed);
  return {
      {"STS-C02 nothing stored, fetch works",
       nothing(),
       {txt({kRecord}), body(kEnforce), kSaved, mx({"mx1.example.com"})},
       StsState::applies,
       "enforce",
       PolicySource::fresh,
       false},
      {"STS-C02 nothing stored, fetch fails",
       nothing(),
       {txt({kRecord}), fails},
       StsState::no_policy,
       "-",
       PolicySource::none,
       true},
      {"STS-P10 nothing stored, body unusable",
       nothing(),
       {txt({kRecord}), body("mode: enforce")},
       StsState::no_policy,
       "-",
       PolicySource::none,
       true},
      {"STS-C03 expired, same id: fetched again",
       stored(kEnforce, "new1", -8 * kDay),
       {txt({kRecord}), body(kEnforce), kSaved, mx({"mx1.example.com"})},
       StsState::applies,
       "enforce",
       PolicySource::fresh,
       false},
      {"STS-C02 expired, fetch fails",
       expired(),
       {txt({kRecord}), fails},
       StsState::no_policy,
       "-",
       PolicySource::none,
       true},
  };
}

std::vector<Cell> cells_with_record_and_a_live_policy() {
  const auto fails = fetch_failure(FetchStatus::connect_failed);
  return {
      {"STS-C01 stored enforce, same id",
       stored(kEnforce, "new1"),
       {txt({kRecord}), mx({"mx1.example.com"})},
       StsState::applies,
       "enforce",
       PolicySource::cache,
       false},
      {"STS-C03 stored enforce, new id, fetch works",
       stored(kEnforce),
       {txt({kRecord}), body(kTesting), kSaved},
       StsState::applies,
       "testing",
       PolicySource::fresh,
       false},
      {"STS-C03 stored enforce, new id, fetch fails (G-05)",
       stored(kEnforce),
       {txt({kRecord}), fails, mx({"mx1.example.com"})},
       StsState::applies,
       "enforce",
       PolicySource::cache,
       true},
      {"STS-C03 stored enforce, new id, body unusable",
       stored(kEnforce),
       {txt({kRecord}), body("<html>"), mx({"mx1.example.com"})},
       StsState::applies,
       "enforce",
       PolicySource::cache,
       true},
      {"STS-C10 stored enforce, new policy is none",
       stored(kEnforce),
       {txt({kRecord}), body(kNone), kSaved},
       StsState::applies,
       "none",
       PolicySource::fresh,
       false},
      {"STS-A03 stored none, same id",
       stored(kNone, "new1"),
       {txt({kRecord})},
       StsState::applies,
       "none",
       PolicySource::cache,
       false},
      {"STS-C03 stored none, new id, fetch works",
       stored(kNone),
       {txt({kRecord}), body(kEnforce), kSaved, mx({"mx1.example.com"})},
       StsState::applies,
       "enforce",
       PolicySource::fresh,
       false},
      {"STS-A08 stored none, new id, fetch fails",
       stored(kNone),
       {txt({kRecord}), fails},
       StsState::applies,
       "none",
       PolicySource::cache,
       true},
  };
}

std::vector<Cell> cells_without_record() {
  const std::string broken = "v=STSv1; id=not-alnum;";
  const auto mx1 = mx({"mx1.example.com"});
  return {
      {"STS-R01 absent, nothing stored",
       nothing(),
       {txt({})},
       StsState::no_policy,
       "-",
       PolicySource::none,
       false},
      {"STS-R13 absent, stored enforce",
       stored(kEnforce),
       {txt({}), mx1},
       StsState::applies,
       "enforce",
       PolicySource::cache,
       true},
      {"STS-R13 absent, stored testing",
       stored(kTesting),
       {txt({})},
       StsState::applies,
       "testing",
       PolicySource::cache,
       true},
      {"STS-A08 absent, stored none: silent",
       stored(kNone),
       {txt({})},
       StsState::applies,
       "none",
       PolicySource::cache,
       false},
      {"STS-C03 absent, expired",
       expired(),
       {txt({})},
       StsState::no_policy,
       "-",
       PolicySource::none,
       false},
      {"STS-R06 malformed, nothing stored",
       nothing(),
       {txt({broken})},
       StsState::no_policy,
       "-",
       PolicySource::none,
       false},
      {"STS-R13 malformed, stored enforce",
       stored(kEnforce),
       {txt({broken}), mx1},
       StsState::applies,
       "enforce",
       PolicySource::cache,
       true},
      {"STS-R05 several, nothing stored",
       nothing(),
       {txt({kRecord, kRecord})},
       StsState::no_policy,
       "-",
       PolicySource::none,
       false},
      {"STS-R13 several, stored enforce",
       stored(kEnforce),
       {txt({kRecord, kRecord}), mx1},
       StsState::applies,
       "enforce",
       PolicySource::cache,
       true},
      {"STS-R04 foreign records only",
       nothing(),
       {txt({"v=spf1 -all"})},
       StsState::no_policy,
       "-",
       PolicySource::none,
       false},
  };
}

// What we had no room for is no failure of the domain's, and no sign that it has no policy.
std::vector<Cell> cells_without_room() {
  const auto mx1 = mx({"mx1.example.com"});
  return {
      {"G-04 overloaded, nothing stored: the mail waits",
       nothing(),
       {txt({kRecord}), fetch_failure(FetchStatus::overloaded)},
       StsState::undecided,
       "-",
       PolicySource::none,
       false},
      {"STS-C03 overloaded, stored enforce, another id",
       stored(kEnforce),
       {txt({kRecord}), fetch_failure(FetchStatus::overloaded), mx1},
       StsState::applies,
       "enforce",
       PolicySource::cache,
       false},
      {"STS-C03 stopping, stored enforce, another id",
       stored(kEnforce),
       {txt({kRecord}), fetch_failure(FetchStatus::cancelled), mx1},
       StsState::applies,
       "enforce",
       PolicySource::cache,
       false},
  };
}

std::vector<Cell> cells_with_dns_failure() {
  const auto mx1 = mx({"mx1.example.com"});
  return {
      {"STS-R14 servfail, nothing stored: the mail waits (G-03)",
       nothing(),
       {txt_failure(DnsStatus::servfail)},
       StsState::undecided,
       "-",
       PolicySource::none,
       false},
      {"STS-R14 timeout, stored enforce",
       stored(kEnforce),
       {txt_failure(DnsStatus::timeout), mx1},
       StsState::applies,
       "enforce",
       PolicySource::cache,
       true},
      {"STS-R14 servfail, stored none",
       stored(kNone),
       {txt_failure(DnsStatus::servfail)},
       StsState::applies,
       "none",
       PolicySource::cache,
       false},
      {"STS-R14 bogus, expired",
       expired(),
       {txt_failure(DnsStatus::bogus)},
       StsState::undecided,
       "-",
       PolicySource::none,
       false},
  };
}

void check_cells(const std::vector<Cell>& cells) {
  for (const auto& cell : cells) {
    CAPTURE(cell.name);
    const TlsPolicyResult result = play(cell.memory, cell.events);
    CHECK(result.sts.state == cell.state);
    CHECK(mode_of(result) == cell.mode);
    CHECK(result.sts.source == cell.source);
    CHECK(result.sts.failure.has_value() == cell.failure);
    CHECK(result.hold > Seconds{0});
    CHECK(result.hold <= kLongestHold);
  }
}

// Whatever happens at whichever step: a live enforce policy ends in enforcement, unless a newer
// policy was fetched and verified.
void check_no_weakening(const Cell& cell) {
  const auto& before = cell.memory.policy;
  const bool armed =
      before && before->is_live(at(0).wall) && before->policy.mode == PolicyMode::enforce;
  replay_with_faults(cell.memory, cell.events, [&](const TlsPolicyResult& result) {
    if (!armed || result.sts.source == PolicySource::fresh) return;
    CHECK(mode_of(result) == "enforce");
    CHECK(result.verdict.rule != DomainRule::none);
    CHECK(result.verdict.rule != DomainRule::testing);
    CHECK(result.sts.policy->fetched_at == before->fetched_at);
  });
}

}  // namespace

TEST_CASE("STS-C01 STS-C02 STS-C03 STS-A08 state table: a valid record") {
  check_cells(cells_with_record_and_nothing_live());
  check_cells(cells_with_record_and_a_live_policy());
  check_cells(cells_without_room());
}

TEST_CASE("STS-R05 STS-R06 STS-R13 STS-R14 state table: no usable record") {
  check_cells(cells_without_record());
  check_cells(cells_with_dns_failure());
}

TEST_CASE("STS-R13 STS-C03 no fault at any step weakens a live policy") {
  for (const auto& cells :
       {cells_with_record_and_nothing_live(), cells_with_record_and_a_live_policy(),
        cells_without_record(), cells_with_dns_failure()}) {
    for (const auto& cell : cells) check_no_weakening(cell);
  }
}

TEST_CASE("STS-F11 a failed fetch is not repeated for its id within 5 minutes") {
  const auto first = play(nothing(), {txt({kRecord}), fetch_failure(FetchStatus::timeout)});
  REQUIRE(first.sts.backoff);
  StsMemory memory;
  memory.backoff = first.sts.backoff;

  const auto early = play(memory, {txt({kRecord})}, at(299));
  CHECK(early.sts.state == StsState::no_policy);
  CHECK(early.hold == Seconds{1});

  const auto other_id = play(memory, {txt({"v=STSv1; id=new2;"}), body(kEnforce), kSaved}, at(1));
  CHECK(mode_of(other_id) == "enforce");
  CHECK_FALSE(other_id.sts.backoff);

  const auto later = play(memory, {txt({kRecord}), body(kEnforce), kSaved}, at(300));
  CHECK(mode_of(later) == "enforce");
}

TEST_CASE("STS-R14 a failing DNS defers mail for a bounded time") {
  StsMemory memory;
  const std::vector<Event> servfail{txt_failure(DnsStatus::servfail)};
  const auto first = play(memory, servfail);
  memory.dns_failing_since = first.sts.dns_failing_since;
  CHECK(play(memory, servfail, at(1799)).sts.state == StsState::undecided);
  CHECK(play(memory, servfail, at(1800)).sts.state == StsState::no_policy);
  CHECK(play(memory, {txt_failure(DnsStatus::bogus)}, at(9999)).sts.state == StsState::undecided);

  const TlsPolicySettings defer{{DnsErrorRule::defer, Seconds{1800}}, DaneUse::off};
  CHECK(play(memory, servfail, at(999999), defer).sts.state == StsState::undecided);
  const TlsPolicySettings ignore{{DnsErrorRule::ignore, Seconds{1800}}, DaneUse::off};
  CHECK(play({}, servfail, at(0), ignore).sts.state == StsState::no_policy);
  CHECK_FALSE(play(memory, {txt({})}, at(1)).sts.dns_failing_since);
}

TEST_CASE("STS-C01 an unchanged id does not prolong a policy (G-06)") {
  const auto result = play(stored(kEnforce, "new1"), {txt({kRecord}), mx({"mx1.example.com"})});
  CHECK(result.sts.policy->fetched_at == at(-kDay).wall);
  const auto last_minute =
      play(stored(kEnforce, "new1", -604800 + 20), {txt({kRecord}, Seconds{3600})});
  CHECK(last_minute.hold == Seconds{20});
}

TEST_CASE("STS-C08 max_age 0 is used for the decision at hand") {
  const std::string zero = "version: STSv1\nmode: enforce\nmx: mx1.example.com\nmax_age: 0\n";
  const auto result =
      play(nothing(), {txt({kRecord}), body(zero), kSaved, mx({"mx1.example.com"})});
  CHECK(mode_of(result) == "enforce");
  CHECK(result.hold >= Seconds{60});
}

TEST_CASE("STS-C09 a policy that could not be saved still applies, and says so") {
  const auto result =
      play(nothing(), {txt({kRecord}), body(kEnforce), Saved{fail(Errc::io, "disk full")},
                       mx({"mx1.example.com"})});
  CHECK(mode_of(result) == "enforce");
  REQUIRE(result.sts.save_error);
}

TEST_CASE("STS-D06 a domain too long for its policy host has no policy") {
  const std::string label(61, 'a');
  const std::string name = label + "." + label + "." + label + "." + std::string(60, 'b');
  const Play game(NextHop{Domain::parse(name).value(), Routing::mx}, {}, kStsOnly, at(0));
  CHECK(game.open().empty());
}

namespace {

// The result of a refresh when DNS says `answer`, and what is fetched comes as `outcome`.
StsResult refreshed(const TxtAnswer& answer, const FetchOutcome& outcome) {
  StsLookup lookup(Domain::parse("example.com").value(), stored(kEnforce), {}, StsPurpose::refresh);
  REQUIRE(std::holds_alternative<AskTxt>(lookup.start(at(0))));
  REQUIRE(std::holds_alternative<FetchPolicy>(lookup.on_txt(at(0), answer)));
  const StsAction next = lookup.on_fetch(at(0), outcome);
  if (std::holds_alternative<SavePolicy>(next)) (void)lookup.on_saved(at(0), Result<void>{});
  return lookup.result();
}

}  // namespace

TEST_CASE("STS-C04 a refresh fetches whatever DNS says, and only a fetch moves the time") {
  const std::vector<TxtAnswer> answers = {
      txt({kRecord}),          txt({"v=STSv1; id=old1;"}), txt({}),
      txt({kRecord, kRecord}), txt({"v=STSv1; id"}),       txt_failure(DnsStatus::servfail)};
  for (const auto& answer : answers) {
    const StsResult good = refreshed(answer, body(kEnforce));
    CHECK(good.source == PolicySource::fresh);
    CHECK(good.policy->fetched_at == at(0).wall);
    const StsResult bad = refreshed(answer, fetch_failure(FetchStatus::timeout));
    CHECK(bad.source == PolicySource::cache);
    CHECK(bad.policy->fetched_at == at(-kDay).wall);
    CHECK(bad.failure);
  }
  CHECK(refreshed(txt({kRecord}), body(kEnforce)).policy->id == "new1");
  CHECK(refreshed(txt({}), body(kEnforce)).policy->id == "old1");
}

TEST_CASE("a pinned policy applies without a question, and a refresh fetches all the same") {
  StsMemory memory = stored(kEnforce);
  memory.policy->fetched_at = at(0).wall;  // as a pin makes it
  memory.standing = PolicyStanding::pinned;
  StsLookup answer(Domain::parse("example.com").value(), memory, {});
  REQUIRE(std::holds_alternative<Done>(answer.start(at(0))));
  CHECK(answer.result().state == StsState::applies);
  CHECK(answer.result().source == PolicySource::cache);
  CHECK(answer.result().policy->policy.mode == PolicyMode::enforce);
  CHECK(answer.result().hold == kLongestHold);
  StsLookup refresh(Domain::parse("example.com").value(), memory, {}, StsPurpose::refresh);
  CHECK(std::holds_alternative<AskTxt>(refresh.start(at(0))));
}

}  // namespace strictmx

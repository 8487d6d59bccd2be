#include "core/check/sender_profile.h"

#include <doctest/doctest.h>

#include <functional>

#include "core/check/test_check_facts.h"

using namespace strictmx;

namespace {

CheckVerdict verdict_with(Delivery plain, Delivery others) {
  CheckVerdict verdict;
  for (const auto sender : {Sender::plain, Sender::sts, Sender::dane, Sender::strict})
    verdict.senders.push_back({sender, sender == Sender::plain ? plain : others, "", {}});
  return verdict;
}

ProfileOutlook outlook_of(SenderProfile profile, const CheckFacts& facts,
                          Delivery others = Delivery::deferred) {
  return describe_profile(profile, CheckView(facts),
                          verdict_with(Delivery::unauthenticated, others));
}

// All hosts present this certificate.
void present(CheckFacts& facts, const std::string& name) {
  for (auto& host : facts.hosts) {
    for (auto& address : host.addresses) address.dialogue.tls.chain = good_chain(name);
  }
}

}  // namespace

TEST_CASE("profiles have names") {
  for (const auto* const name : {"strict", "gmail", "postfix", "exchange"}) {
    const auto profile = find_sender_profile(name);
    REQUIRE(profile);
    CHECK(name_of(*profile) == name);
  }
  CHECK_FALSE(find_sender_profile("Gmail"));
  CHECK_FALSE(find_sender_profile(""));
}

TEST_CASE("gmail: the first message goes out as if there were no policy") {
  auto facts = good_domain();
  const auto enforce = outlook_of(SenderProfile::gmail, facts);
  CHECK(enforce.first == Delivery::unauthenticated);
  CHECK(enforce.later == Delivery::deferred);
  CHECK(enforce.notes.size() == 1);
  facts.policy_host.outcome.status = FetchStatus::timeout;
  facts.policy_host.outcome.body.clear();
  const auto without = outlook_of(SenderProfile::gmail, facts);
  CHECK(without.first == without.later);
  CHECK(without.notes.empty());
}

TEST_CASE("postfix before 3.10.5: any name of the policy will do") {
  struct Row {
    const char* name;
    const char* certificate;
    Delivery later;
  };
  for (const auto& row : {Row{"of the other host", "mx1.example.com", Delivery::encrypted},
                          {"of nobody", "mx1.example.net", Delivery::deferred}}) {
    CAPTURE(row.name);
    auto facts = good_domain();
    present(facts, row.certificate);
    const auto outlook = outlook_of(SenderProfile::postfix, facts);
    CHECK(outlook.later == row.later);
    CHECK(outlook.first == row.later);
  }
  auto facts = good_domain();
  present(facts, "mx1.example.com");
  CHECK(outlook_of(SenderProfile::postfix, facts, Delivery::encrypted).later ==
        Delivery::encrypted);
  for (auto& host : facts.hosts) {
    for (auto& address : host.addresses) address.dialogue.tls.chain.status = ChainStatus::expired;
  }
  CHECK(outlook_of(SenderProfile::postfix, facts).later == Delivery::deferred);
}

TEST_CASE("exchange: as strict, with a note") {
  const auto outlook = outlook_of(SenderProfile::exchange, good_domain());
  CHECK(outlook.later == Delivery::deferred);
  CHECK(outlook.notes.size() == 1);
  const auto strict = outlook_of(SenderProfile::strict, good_domain());
  CHECK(strict.later == Delivery::deferred);
  CHECK(strict.notes.empty());
}

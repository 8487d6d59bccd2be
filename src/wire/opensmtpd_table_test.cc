#include "wire/opensmtpd_table.h"

#include <doctest/doctest.h>

#include "base/text.h"

using namespace strictmx;

namespace {

struct Helper {
  std::vector<std::string> asked;
  std::string reply = "found";
  OpenSmtpdTable table{[this](std::string_view verb, std::string_view domain) {
    asked.push_back(std::string(verb) + " " + std::string(domain));
    return reply;
  }};

  std::string say(std::string_view line) { return join(table.on_line(line), "\n"); }
};

}  // namespace

TEST_CASE("the table program introduces itself when it is asked to, and not before") {
  Helper helper;
  CHECK(helper.say("config|smtpd-version|7.6.0") == "");
  CHECK(helper.say("config|protocol|0.1") == "");
  CHECK(helper.say("config|tablename|strictmx") == "");
  CHECK(helper.say("config|ready") == "register|domain\nregister|relayhost\nregister|ready");
}

TEST_CASE("questions and answers keep their id") {
  Helper helper;
  CHECK(helper.say("table|0.1|17.2|sts|check|domain|a1b2|good.test") == "check-result|a1b2|found");
  helper.reply = "not-found";
  CHECK(helper.say("table|0.1|17.2|sts|check|domain|3|x.test") == "check-result|3|not-found");
  helper.reply = "found|smtp+tls://mx1.good.test";
  CHECK(helper.say("table|0.1|17.2|sts|lookup|relayhost|4|good.test") ==
        "lookup-result|4|found|smtp+tls://mx1.good.test");
  CHECK(helper.asked ==
        std::vector<std::string>{"check good.test", "check x.test", "relayhost good.test"});
  CHECK(helper.say("table|0.1|17.2|sts|update|5") == "update-result|5|ok");
  CHECK(helper.say("table|0.1|17.2|sts|fetch|domain|6") == "fetch-result|6|not-found");
  helper.reply = "found";
  CHECK(helper.say("table|0.1|17.2|sts|lookup|domain|7|good.test") ==
        "lookup-result|7|found|good.test");
}

TEST_CASE("what strictmx does not say is an error, never silence and never another form") {
  Helper helper;
  for (const std::string reply : {"", "yes", "foundation", "error|", "mode=none ", "temp x"}) {
    helper.reply = reply;
    CHECK(helper.say("table|0.1|1|sts|check|domain|9|a.test") ==
          "check-result|9|error|strictmx does not answer");
  }
  helper.reply = "error|no MX host is listed";
  CHECK(helper.say("table|0.1|1|sts|lookup|relayhost|9|a.test") ==
        "lookup-result|9|error|no MX host is listed");
}

TEST_CASE("questions that are not ours are answered without asking") {
  Helper helper;
  CHECK(helper.say("table|0.1|1|sts|lookup|alias|9|root") ==
        "lookup-result|9|error|not a question for strictmx");
  CHECK(helper.say("table|0.1|1|sts|check|mailaddr|9|a@b") ==
        "check-result|9|error|not a question for strictmx");
  for (const std::string key : {"", "a b.test", "a\nb", "a|b", "a\x7f"}) {
    CHECK(helper.say("table|0.1|1|sts|check|domain|9|" + key) == "check-result|9|not-found");
  }
  CHECK(helper.say("table|0.1|1|sts|check|domain|9|" + std::string(256, 'a')) ==
        "check-result|9|not-found");
  CHECK(helper.say("") == "");
  CHECK(helper.say("table") == "-result||error|not a question for strictmx");
  CHECK(helper.asked.empty());
}

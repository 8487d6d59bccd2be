#include "wire/opensmtpd_filter.h"

#include <doctest/doctest.h>

#include "base/text.h"

using namespace strictmx;

namespace {

struct Smtpd {
  OpenSmtpdFilter filter;
  std::vector<std::string> events;

  void report(const std::string& what) {
    const auto out = filter.on_line("report|0.7|1576146008.006099|smtp-out|" + what);
    CHECK(out.replies.empty());
    events.insert(events.end(), out.events.begin(), out.events.end());
  }
  void connect(const std::string& id) {
    report("link-connect|" + id + "|mx1.good.test|pass|10.77.1.10:33174|10.77.2.100:25");
    report("link-greeting|" + id + "|mx1.good.test");
  }
};

}  // namespace

TEST_CASE("the filter asks for the reports it reads") {
  OpenSmtpdFilter filter;
  CHECK(filter.on_line("config|smtpd-version|7.6.0").replies.empty());
  const auto replies = filter.on_line("config|ready").replies;
  CHECK(replies.front() == "register|report|smtp-out|link-connect");
  CHECK(replies.back() == "register|ready");
}

TEST_CASE("a session over TLS is a success, once, for the domain of its recipient") {
  Smtpd smtpd;
  smtpd.connect("a1");
  smtpd.report("protocol-server|a1|250-mx1.good.test");
  smtpd.report("protocol-server|a1|250 STARTTLS");
  smtpd.report("protocol-client|a1|STARTTLS");
  smtpd.report("protocol-server|a1|220 2.0.0 go ahead");
  smtpd.report("link-tls|a1|TLSv1.3:AEAD-AES256-GCM-SHA384:256");
  smtpd.report("tx-rcpt|a1|m1|ok|u@good.test");
  smtpd.report("tx-rcpt|a1|m1|ok|v@good.test");
  smtpd.report("link-disconnect|a1");
  CHECK(smtpd.events == std::vector<std::string>{"event mta=opensmtpd domain=good.test "
                                                 "host=mx1.good.test address=10.77.2.100 "
                                                 "result=success"});
}

TEST_CASE("a session that ends without TLS says why, as far as it can be seen") {
  Smtpd smtpd;
  smtpd.connect("a1");
  smtpd.report("protocol-server|a1|250 8BITMIME");
  smtpd.report("link-disconnect|a1");
  smtpd.connect("a2");
  smtpd.report("protocol-server|a2|250 STARTTLS");
  smtpd.report("protocol-client|a2|STARTTLS");
  smtpd.report("protocol-server|a2|220 go");
  smtpd.report("link-disconnect|a2");
  smtpd.report("link-connect|a3|x|fail|10.77.1.10:1|[2001:db8::1]:25");
  smtpd.report("link-disconnect|a3");  // never greeted
  CHECK(join(smtpd.events, "\n") ==
        "event mta=opensmtpd host=mx1.good.test address=10.77.2.100 "
        "result=starttls-not-supported\n"
        "event mta=opensmtpd host=mx1.good.test address=10.77.2.100 result=validation-failure");
}

TEST_CASE("mail in the clear, unknown sessions and strange lines are no events") {
  Smtpd smtpd;
  smtpd.connect("a1");
  smtpd.report("protocol-server|a1|250 STARTTLS");
  smtpd.report("tx-rcpt|a1|m1|ok|u@good.test");
  smtpd.report("link-disconnect|a1");
  smtpd.report("link-tls|zz|TLSv1.3");
  smtpd.report("");
  smtpd.filter.on_line("report|0.7|1|smtp-in|link-connect|a|b|c|d|e");
  smtpd.filter.on_line("");
  CHECK(smtpd.events.empty());
}

TEST_CASE("what a server says of itself cannot add fields or lines") {
  Smtpd smtpd;
  smtpd.report("link-connect|a1|x|fail|10.77.1.10:1|[2001:db8::1]:25");
  smtpd.report("link-greeting|a1|mx result=success\n\"x\\");
  smtpd.report("link-disconnect|a1");
  CHECK(smtpd.events == std::vector<std::string>{"event mta=opensmtpd host=mxresult=successx "
                                                 "address=2001:db8::1 "
                                                 "result=starttls-not-supported"});
}

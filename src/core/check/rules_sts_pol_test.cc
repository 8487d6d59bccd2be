#include "core/check/test_check_rules.h"

namespace strictmx {

namespace {

constexpr auto yes = Fires::yes;
constexpr auto no = Fires::no;

// The good policy with one line in place of another one; without it where `to` is empty.
void replace_line(CheckFacts& facts, std::string_view from, std::string_view to) {
  auto body = good_policy();
  const auto at = body.find(from);
  const auto end = body.find("\r\n", at);
  if (to.empty()) {
    body.erase(at, end + 2 - at);
  } else {
    body.replace(at, end - at, to);
  }
  set_policy(facts, body);
}

void add_line(CheckFacts& facts, std::string_view line) {
  set_policy(facts, good_policy() + std::string(line) + "\r\n");
}

void set_mx(CheckFacts& facts, std::string_view value) {
  replace_line(facts, "mx: mx2", "mx: " + std::string(value));
}

void set_age(CheckFacts& facts, std::string_view mode, std::string_view value) {
  set_policy(facts,
             policy_text({"version: STSv1", "mode: " + std::string(mode), "mx: mx1.example.com",
                          "mx: mx2.example.com", "max_age: " + std::string(value)}));
}

std::string with_ends(std::string_view end) {
  std::string body;
  for (const char c : good_policy()) {
    if (c == '\n') body += end;
    if (c != '\r' && c != '\n') body += c;
  }
  return body;
}

const RuleRow kFormRows[] = {
    {"sts-pol-utf16", yes, "with mark",
     [](CheckFacts& f) { set_policy(f, std::string("\xff\xfev\0e\0r\0s\0", 10)); }},
    {"sts-pol-utf16", yes, "without mark",
     [](CheckFacts& f) {
       std::string body;
       for (const char c : good_policy()) (body += '\0') += c;
       set_policy(f, body);
     }},
    {"sts-pol-utf16", no, "UTF-8", [](CheckFacts& f) { add_line(f, "note: \xc3\xa4"); }},
    {"sts-pol-bom", yes, "with mark",
     [](CheckFacts& f) { set_policy(f, "\xef\xbb\xbf" + good_policy()); }, "EF BB BF"},
    {"sts-pol-bom", no, "without", [](CheckFacts&) {}},
    {"sts-pol-bare-cr", yes, "CR", [](CheckFacts& f) { set_policy(f, with_ends("\r")); }},
    {"sts-pol-bare-cr", yes, "one of them",
     [](CheckFacts& f) { set_policy(f, good_policy() + "x: y\r"); }},
    {"sts-pol-bare-cr", no, "CR LF", [](CheckFacts&) {}},
    {"sts-pol-lf", yes, "LF", [](CheckFacts& f) { set_policy(f, with_ends("\n")); },
     "5 lines end with LF"},
    {"sts-pol-lf", no, "both", [](CheckFacts& f) { set_policy(f, good_policy() + "x: y\n"); }},
    {"sts-pol-mixed-eol", yes, "both",
     [](CheckFacts& f) { set_policy(f, good_policy() + "x: y\n"); },
     "1 lines end with LF, 5 with CR LF"},
    {"sts-pol-mixed-eol", no, "no end of the last line",
     [](CheckFacts& f) { set_policy(f, good_policy() + "x: y"); }},
    {"sts-pol-nonascii", yes, "in the mode",
     [](CheckFacts& f) { replace_line(f, "mode", "mode: enforce\xc2\xa0"); }},
    {"sts-pol-nonascii", no, "in an extension",
     [](CheckFacts& f) { add_line(f, "note: \xc3\xa4"); }},
    {"sts-pol-blank-line", yes, "at the end", [](CheckFacts& f) { add_line(f, ""); }, "line 6"},
    {"sts-pol-blank-line", no, "none", [](CheckFacts&) {}},
    {"sts-pol-comment", yes, "with #", [](CheckFacts& f) { add_line(f, "# mx: old"); },
     "# mx: old"},
    {"sts-pol-comment", no, "within a value", [](CheckFacts& f) { add_line(f, "note: # x"); }},
    {"sts-pol-leading-space", yes, "before a key", [](CheckFacts& f) { add_line(f, "  a: b"); },
     "a: b\n_mta-sts.example.com. IN TXT \"v=STSv1; id=20261126T190000;\""},
    {"sts-pol-leading-space", no, "behind the colon", [](CheckFacts& f) { add_line(f, "a:   b"); }},
    {"sts-pol-no-colon", yes, "an equals sign", [](CheckFacts& f) { add_line(f, "a=b"); },
     "line 6: \"a=b\""},
    {"sts-pol-no-colon", no, "a colon", [](CheckFacts& f) { add_line(f, "a:b"); }},
    {"sts-pol-key-invalid", yes, "a blank within",
     [](CheckFacts& f) { add_line(f, "max age: 1"); }},
    {"sts-pol-key-invalid", yes, "33 octets",
     [](CheckFacts& f) { add_line(f, std::string(33, 'a') + ": 1"); }},
    {"sts-pol-key-invalid", no, "32 octets",
     [](CheckFacts& f) { add_line(f, std::string(32, 'a') + ": 1"); }},
    {"sts-pol-value-empty", yes, "nothing", [](CheckFacts& f) { add_line(f, "mx:  "); }},
    {"sts-pol-value-empty", no, "something", [](CheckFacts& f) { add_line(f, "a: 0"); }},
    {"sts-pol-trailing-garbage", yes, "NUL",
     [](CheckFacts& f) { add_line(f, std::string_view("a\0b", 3)); }, "a\\x00b"},
    {"sts-pol-trailing-garbage", yes, "markup",
     [](CheckFacts& f) { add_line(f, "<script src=\"x\"></script>"); }},
    {"sts-pol-trailing-garbage", no, "a tab in a value",
     [](CheckFacts& f) { add_line(f, "a:\tb"); }},
    {"sts-pol-duplicate-key", yes, "two modes", [](CheckFacts& f) { add_line(f, "mode: none"); },
     "line 6: \"mode: none\""},
    {"sts-pol-duplicate-key", no, "two mx lines", [](CheckFacts&) {}},
    {"sts-pol-extension", yes, "an unknown key", [](CheckFacts& f) { add_line(f, "a: b"); },
     "a: b"},
    {"sts-pol-extension", no, "none", [](CheckFacts&) {}},
};

const RuleRow kFieldRows[] = {
    {"sts-pol-version-missing", yes, "none", [](CheckFacts& f) { replace_line(f, "version", ""); },
     "version: STSv1"},
    {"sts-pol-version-missing", yes, "in capitals",
     [](CheckFacts& f) { replace_line(f, "version", "Version: STSv1"); }, "there is \"Version\""},
    {"sts-pol-version-missing", no, "another one",
     [](CheckFacts& f) { replace_line(f, "version", "version: STSv2"); }},
    {"sts-pol-version-invalid", yes, "lower case",
     [](CheckFacts& f) { replace_line(f, "version", "version: stsv1"); }, "version: STSv1"},
    {"sts-pol-version-invalid", no, "right", [](CheckFacts&) {}},
    {"sts-pol-version-not-first", yes, "behind the mode",
     [](CheckFacts& f) {
       set_policy(f, policy_text({"mode: enforce", "version: STSv1", "mx: mx1.example.com",
                                  "mx: mx2.example.com", "max_age: 1209600"}));
     },
     "line 2"},
    {"sts-pol-version-not-first", no, "first", [](CheckFacts&) {}},
    {"sts-pol-mode-missing", yes, "none", [](CheckFacts& f) { replace_line(f, "mode", ""); },
     "mode: testing"},
    {"sts-pol-mode-missing", no, "another one",
     [](CheckFacts& f) { replace_line(f, "mode", "mode: report"); }},
    {"sts-pol-mode-invalid", yes, "of a draft",
     [](CheckFacts& f) { replace_line(f, "mode", "mode: report"); }, "mode: testing"},
    {"sts-pol-mode-invalid", yes, "a capital",
     [](CheckFacts& f) { replace_line(f, "mode", "mode: Enforce"); }, "mode: enforce"},
    {"sts-pol-mode-invalid", no, "right", [](CheckFacts&) {}},
    {"sts-pol-maxage-missing", yes, "none", [](CheckFacts& f) { replace_line(f, "max_age", ""); },
     "max_age: 1209600"},
    {"sts-pol-maxage-missing", yes, "a hyphen",
     [](CheckFacts& f) { replace_line(f, "max_age", "max-age: 86400"); }, "there is \"max-age\""},
    {"sts-pol-maxage-missing", no, "no number",
     [](CheckFacts& f) { replace_line(f, "max_age", "max_age: 1d"); }},
    {"sts-pol-maxage-syntax", yes, "underscores",
     [](CheckFacts& f) { set_age(f, "enforce", "2_419_200"); }, "max_age: 2419200\n"},
    {"sts-pol-maxage-syntax", yes, "a unit", [](CheckFacts& f) { set_age(f, "enforce", "14d"); },
     "max_age: 1209600\n"},
    {"sts-pol-maxage-syntax", yes, "11 digits",
     [](CheckFacts& f) { set_age(f, "enforce", "00001209600"); }},
    {"sts-pol-maxage-syntax", no, "10 digits",
     [](CheckFacts& f) { set_age(f, "enforce", "0001209600"); }},
    {"sts-pol-maxage-zero", yes, "0", [](CheckFacts& f) { set_age(f, "enforce", "0"); }},
    {"sts-pol-maxage-zero", no, "mode none", [](CheckFacts& f) { set_age(f, "none", "0"); }},
    {"sts-pol-maxage-short", yes, "an hour", [](CheckFacts& f) { set_age(f, "enforce", "3600"); },
     "max_age: 1209600"},
    {"sts-pol-maxage-short", yes, "a week of enforce",
     [](CheckFacts& f) { set_age(f, "enforce", "604800"); }},
    {"sts-pol-maxage-short", no, "two weeks of enforce",
     [](CheckFacts& f) { set_age(f, "enforce", "1209600"); }},
    {"sts-pol-maxage-short", no, "a day of testing",
     [](CheckFacts& f) { set_age(f, "testing", "86400"); }},
    {"sts-pol-maxage-long", yes, "over a year",
     [](CheckFacts& f) { set_age(f, "enforce", "31557601"); }, "max_age: 31557600"},
    {"sts-pol-maxage-long", no, "a year", [](CheckFacts& f) { set_age(f, "enforce", "31557600"); }},
    {"sts-pol-maxage-long-testing", yes, "a year of testing",
     [](CheckFacts& f) { set_age(f, "testing", "31557600"); }, "max_age: 604800"},
    {"sts-pol-maxage-long-testing", no, "a year of enforce",
     [](CheckFacts& f) { set_age(f, "enforce", "31557600"); }},
};

const RuleRow kMxRows[] = {
    {"sts-pol-mx-missing", yes, "none",
     [](CheckFacts& f) {
       set_policy(f, policy_text({"version: STSv1", "mode: enforce", "max_age: 1209600"}));
     },
     "mx: mx1.example.com\nmx: mx2.example.com\n_mta-sts."},
    {"sts-pol-mx-missing", no, "mode none",
     [](CheckFacts& f) {
       set_policy(f, policy_text({"version: STSv1", "mode: none", "max_age: 86400"}));
     }},
    {"sts-pol-mx-missing", no, "a typo is told already",
     [](CheckFacts& f) {
       set_policy(f, policy_text({"version: STSv1", "mode: enforce", "max_age: 1209600",
                                  "nmx: mx1.example.com"}));
     }},
    {"sts-pol-mx-key-typo", yes, "nmx", [](CheckFacts& f) { add_line(f, "nmx: a.example.com"); },
     "mx: a.example.com"},
    {"sts-pol-mx-key-typo", yes, "MX", [](CheckFacts& f) { add_line(f, "MX: a.example.com"); }},
    {"sts-pol-mx-key-typo", no, "an extension",
     [](CheckFacts& f) { add_line(f, "mxpref: a.example.com"); }},
    {"sts-pol-mx-several-per-line", yes, "with commas",
     [](CheckFacts& f) { set_mx(f, "a.example.com, b.example.com"); },
     "mx: a.example.com\nmx: b.example.com\n"},
    {"sts-pol-mx-several-per-line", no, "a preference",
     [](CheckFacts& f) { set_mx(f, "10 a.example.com"); }},
    {"sts-pol-mx-preference", yes, "as in DNS",
     [](CheckFacts& f) { set_mx(f, "10 a.example.com"); }, "mx: a.example.com\n"},
    {"sts-pol-mx-preference", no, "digits in the name",
     [](CheckFacts& f) { set_mx(f, "10.example.com"); }},
    {"sts-pol-mx-trailing-dot", yes, "a dot", [](CheckFacts& f) { set_mx(f, "mx2.example.com."); },
     "mx: mx2.example.com\n"},
    {"sts-pol-mx-trailing-dot", no, "none", [](CheckFacts&) {}},
    {"sts-pol-mx-leading-dot", yes, "of a draft", [](CheckFacts& f) { set_mx(f, ".example.com"); },
     "mx: *.example.com\n"},
    {"sts-pol-mx-leading-dot", no, "with star", [](CheckFacts& f) { set_mx(f, "*.example.com"); }},
    {"sts-pol-mx-ip", yes, "IPv4", [](CheckFacts& f) { set_mx(f, "192.0.2.1"); }, "192.0.2.1"},
    {"sts-pol-mx-ip", yes, "IPv6", [](CheckFacts& f) { set_mx(f, "[2001:db8::25]"); }},
    {"sts-pol-mx-ip", no, "a name", [](CheckFacts& f) { set_mx(f, "192-0-2-1.example.com"); }},
    {"sts-pol-mx-url", yes, "a URL", [](CheckFacts& f) { set_mx(f, "smtp://mx2.example.com:25/"); },
     "mx: mx2.example.com\n"},
    {"sts-pol-mx-url", no, "a name", [](CheckFacts&) {}},
    {"sts-pol-mx-port", yes, "a port", [](CheckFacts& f) { set_mx(f, "mx2.example.com:25"); },
     "mx: mx2.example.com\n"},
    {"sts-pol-mx-port", no, "an IPv6 address", [](CheckFacts& f) { set_mx(f, "2001:db8::25"); }},
    {"sts-pol-mx-ulabel", yes, "an umlaut",
     [](CheckFacts& f) { set_mx(f, "m\xc3\xbc.example.com"); }, "mx: xn--m-eha.example.com\n"},
    {"sts-pol-mx-ulabel", no, "its ASCII form",
     [](CheckFacts& f) { set_mx(f, "xn--m-eha.example.com"); }},
    {"sts-pol-mx-wildcard-form", yes, "alone", [](CheckFacts& f) { set_mx(f, "*"); }},
    {"sts-pol-mx-wildcard-form", yes, "without dot",
     [](CheckFacts& f) { set_mx(f, "*example.com"); }},
    {"sts-pol-mx-wildcard-form", yes, "two", [](CheckFacts& f) { set_mx(f, "*.*.example.com"); }},
    {"sts-pol-mx-wildcard-form", yes, "within",
     [](CheckFacts& f) { set_mx(f, "mail.*.example.com"); }},
    {"sts-pol-mx-wildcard-form", no, "right", [](CheckFacts& f) { set_mx(f, "*.example.com"); }},
    {"sts-pol-mx-dot-only", yes, "a dot", [](CheckFacts& f) { set_mx(f, "."); }},
    {"sts-pol-mx-dot-only", no, "in front", [](CheckFacts& f) { set_mx(f, ".example.com"); }},
    {"sts-pol-mx-invalid", yes, "an underscore",
     [](CheckFacts& f) { set_mx(f, "mx_2.example.com"); }, "mx_2.example.com"},
    {"sts-pol-mx-invalid", no, "a name", [](CheckFacts&) {}},
    {"sts-pol-mx-duplicate", yes, "twice",
     [](CheckFacts& f) { add_line(f, "mx: MX2.example.com"); }, "mx: mx2.example.com"},
    {"sts-pol-mx-duplicate", no, "once", [](CheckFacts&) {}},
};

}  // namespace

std::vector<RuleRow> rows_of_sts_pol() { return rows_in({kFormRows, kFieldRows, kMxRows}); }

TEST_CASE("rules about the policy's text") { run_rows(rows_of_sts_pol()); }

namespace {

// An error about the text, or about the answer where there is no text.
bool has_text_error(const CheckFacts& facts) {
  return std::ranges::any_of(findings_of(facts), [](const Finding& finding) {
    const auto id = finding.kind->id;
    const bool text = id.starts_with("sts-pol-") || id == "sts-http-empty" || id == "sts-http-html";
    return text && finding.severity >= Severity::error;
  });
}

}  // namespace

TEST_CASE("what a sender refuses has a finding") {
  for (const char* body :
       {"", "x", "version: STSv1", "version: STSv1\nmode: enforce\nmx: a.b\n", "a:b:c", ":", "\n",
        "version: STSv1\nmode: enforce\nmx: a.b\nmax_age: -1\n", "\x01", "a\tb: c", "mx : a.b",
        "version: STSv1\nmode: enforce\nmx: a.b\nmax_age: 86400\nnote: \xff\n"}) {
    auto facts = good_domain();
    set_policy(facts, body);
    const std::string text = body;
    CAPTURE(text);
    CHECK(has_text_error(facts));
  }
}

TEST_CASE("any octet of a policy changed: refused if and only if that is told") {
  const auto good = good_policy();
  auto facts = good_domain();
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char c : {'\0', '\r', '\n', ' ', ':', '.', '*', '#', 'x', 'X', '9', '\xff'}) {
      auto body = good;
      body[at] = c;
      const auto parsed = parse_policy(body);
      set_policy(facts, body);
      CAPTURE(at);
      CAPTURE(c);
      if (!parsed) CHECK(has_text_error(facts));
      // A line that we read over may still be wrong; what is like the good policy is not.
      if (parsed && parsed->warnings.empty()) CHECK_FALSE(has_text_error(facts));
    }
  }
}

TEST_CASE("how grave a short max_age is depends on the mode") {
  const auto severity = [](std::string_view mode, std::string_view age) {
    auto facts = good_domain();
    set_age(facts, mode, age);
    for (const auto& finding : findings_of(facts)) {
      if (finding.kind->id == "sts-pol-maxage-short") return finding.severity;
    }
    return Severity::info;
  };
  CHECK(severity("enforce", "3600") == Severity::error);
  CHECK(severity("testing", "3600") == Severity::warning);
  CHECK(severity("enforce", "86400") == Severity::notice);
}

}  // namespace strictmx

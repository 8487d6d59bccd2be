#include "core/check/test_check_rules.h"

namespace strictmx {

namespace {

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
    {"sts-pol-utf16", kYes, "with mark",
     [](CheckFacts& f) { set_policy(f, std::string("\xff\xfev\0e\0r\0s\0", 10)); }},
    {"sts-pol-utf16", kYes, "without mark",
     [](CheckFacts& f) {
       std::string body;
       for (const char c : good_policy()) (body += '\0') += c;
       set_policy(f, body);
     }},
    {"sts-pol-utf16", kNo, "UTF-8", [](CheckFacts& f) { add_line(f, "note: \xc3\xa4"); }},
    {"sts-pol-bom", kYes, "with mark",
     [](CheckFacts& f) { set_policy(f, "\xef\xbb\xbf" + good_policy()); }, "EF BB BF"},
    {"sts-pol-bom", kNo, "without", [](CheckFacts&) {}},
    {"sts-pol-bare-cr", kYes, "CR", [](CheckFacts& f) { set_policy(f, with_ends("\r")); }},
    {"sts-pol-bare-cr", kYes, "one of them",
     [](CheckFacts& f) { set_policy(f, good_policy() + "x: y\r"); }},
    {"sts-pol-bare-cr", kNo, "CR LF", [](CheckFacts&) {}},
    {"sts-pol-lf", kYes, "LF", [](CheckFacts& f) { set_policy(f, with_ends("\n")); },
     "5 lines end with LF"},
    {"sts-pol-lf", kNo, "both", [](CheckFacts& f) { set_policy(f, good_policy() + "x: y\n"); }},
    {"sts-pol-mixed-eol", kYes, "both",
     [](CheckFacts& f) { set_policy(f, good_policy() + "x: y\n"); },
     "1 lines end with LF, 5 with CR LF"},
    {"sts-pol-mixed-eol", kNo, "no end of the last line",
     [](CheckFacts& f) { set_policy(f, good_policy() + "x: y"); }},
    {"sts-pol-nonascii", kYes, "in the mode",
     [](CheckFacts& f) { replace_line(f, "mode", "mode: enforce\xc2\xa0"); }},
    {"sts-pol-nonascii", kNo, "in an extension",
     [](CheckFacts& f) { add_line(f, "note: \xc3\xa4"); }},
    {"sts-pol-blank-line", kYes, "at the end", [](CheckFacts& f) { add_line(f, ""); }, "line 6"},
    {"sts-pol-blank-line", kNo, "none", [](CheckFacts&) {}},
    {"sts-pol-comment", kYes, "with #", [](CheckFacts& f) { add_line(f, "# mx: old"); },
     "# mx: old"},
    {"sts-pol-comment", kNo, "within a value", [](CheckFacts& f) { add_line(f, "note: # x"); }},
    {"sts-pol-leading-space", kYes, "before a key", [](CheckFacts& f) { add_line(f, "  a: b"); },
     "a: b\n_mta-sts.example.com. IN TXT \"v=STSv1; id=20261126T190000;\""},
    {"sts-pol-leading-space", kNo, "behind the colon",
     [](CheckFacts& f) { add_line(f, "a:   b"); }},
    {"sts-pol-no-colon", kYes, "an equals sign", [](CheckFacts& f) { add_line(f, "a=b"); },
     "line 6: \"a=b\""},
    {"sts-pol-no-colon", kNo, "a colon", [](CheckFacts& f) { add_line(f, "a:b"); }},
    {"sts-pol-key-invalid", kYes, "a blank within",
     [](CheckFacts& f) { add_line(f, "max age: 1"); }},
    {"sts-pol-key-invalid", kYes, "33 octets",
     [](CheckFacts& f) { add_line(f, std::string(33, 'a') + ": 1"); }},
    {"sts-pol-key-invalid", kNo, "32 octets",
     [](CheckFacts& f) { add_line(f, std::string(32, 'a') + ": 1"); }},
    {"sts-pol-value-empty", kYes, "nothing", [](CheckFacts& f) { add_line(f, "mx:  "); }},
    {"sts-pol-value-empty", kNo, "something", [](CheckFacts& f) { add_line(f, "a: 0"); }},
    {"sts-pol-trailing-garbage", kYes, "NUL",
     [](CheckFacts& f) { add_line(f, std::string_view("a\0b", 3)); }, "a\\x00b"},
    {"sts-pol-trailing-garbage", kYes, "markup",
     [](CheckFacts& f) { add_line(f, "<script src=\"x\"></script>"); }},
    {"sts-pol-trailing-garbage", kNo, "a tab in a value",
     [](CheckFacts& f) { add_line(f, "a:\tb"); }},
    {"sts-pol-duplicate-key", kYes, "two modes", [](CheckFacts& f) { add_line(f, "mode: none"); },
     "line 6: \"mode: none\""},
    {"sts-pol-duplicate-key", kNo, "two mx lines", [](CheckFacts&) {}},
    {"sts-pol-extension", kYes, "an unknown key", [](CheckFacts& f) { add_line(f, "a: b"); },
     "a: b"},
    {"sts-pol-extension", kNo, "none", [](CheckFacts&) {}},
};

const RuleRow kFieldRows[] = {
    {"sts-pol-version-missing", kYes, "none", [](CheckFacts& f) { replace_line(f, "version", ""); },
     "version: STSv1"},
    {"sts-pol-version-missing", kYes, "in capitals",
     [](CheckFacts& f) { replace_line(f, "version", "Version: STSv1"); }, "there is \"Version\""},
    {"sts-pol-version-missing", kNo, "another one",
     [](CheckFacts& f) { replace_line(f, "version", "version: STSv2"); }},
    {"sts-pol-version-invalid", kYes, "lower case",
     [](CheckFacts& f) { replace_line(f, "version", "version: stsv1"); }, "version: STSv1"},
    {"sts-pol-version-invalid", kNo, "right", [](CheckFacts&) {}},
    {"sts-pol-version-not-first", kYes, "behind the mode",
     [](CheckFacts& f) {
       set_policy(f, policy_text({"mode: enforce", "version: STSv1", "mx: mx1.example.com",
                                  "mx: mx2.example.com", "max_age: 1209600"}));
     },
     "line 2"},
    {"sts-pol-version-not-first", kNo, "first", [](CheckFacts&) {}},
    {"sts-pol-mode-missing", kYes, "none", [](CheckFacts& f) { replace_line(f, "mode", ""); },
     "mode: testing"},
    {"sts-pol-mode-missing", kNo, "another one",
     [](CheckFacts& f) { replace_line(f, "mode", "mode: report"); }},
    {"sts-pol-mode-invalid", kYes, "of a draft",
     [](CheckFacts& f) { replace_line(f, "mode", "mode: report"); }, "mode: testing"},
    {"sts-pol-mode-invalid", kYes, "a capital",
     [](CheckFacts& f) { replace_line(f, "mode", "mode: Enforce"); }, "mode: enforce"},
    {"sts-pol-mode-invalid", kNo, "right", [](CheckFacts&) {}},
    {"sts-pol-maxage-missing", kYes, "none", [](CheckFacts& f) { replace_line(f, "max_age", ""); },
     "max_age: 1209600"},
    {"sts-pol-maxage-missing", kYes, "a hyphen",
     [](CheckFacts& f) { replace_line(f, "max_age", "max-age: 86400"); }, "there is \"max-age\""},
    {"sts-pol-maxage-missing", kNo, "no number",
     [](CheckFacts& f) { replace_line(f, "max_age", "max_age: 1d"); }},
    {"sts-pol-maxage-syntax", kYes, "underscores",
     [](CheckFacts& f) { set_age(f, "enforce", "2_419_200"); }, "max_age: 2419200\n"},
    {"sts-pol-maxage-syntax", kYes, "a unit", [](CheckFacts& f) { set_age(f, "enforce", "14d"); },
     "max_age: 1209600\n"},
    {"sts-pol-maxage-syntax", kYes, "11 digits",
     [](CheckFacts& f) { set_age(f, "enforce", "00001209600"); }},
    {"sts-pol-maxage-syntax", kNo, "10 digits",
     [](CheckFacts& f) { set_age(f, "enforce", "0001209600"); }},
    {"sts-pol-maxage-zero", kYes, "0", [](CheckFacts& f) { set_age(f, "enforce", "0"); }},
    {"sts-pol-maxage-zero", kNo, "mode none", [](CheckFacts& f) { set_age(f, "none", "0"); }},
    {"sts-pol-maxage-short", kYes, "an hour", [](CheckFacts& f) { set_age(f, "enforce", "3600"); },
     "max_age: 1209600"},
    {"sts-pol-maxage-short", kYes, "a week of enforce",
     [](CheckFacts& f) { set_age(f, "enforce", "604800"); }},
    {"sts-pol-maxage-short", kNo, "two weeks of enforce",
     [](CheckFacts& f) { set_age(f, "enforce", "1209600"); }},
    {"sts-pol-maxage-short", kNo, "a day of testing",
     [](CheckFacts& f) { set_age(f, "testing", "86400"); }},
    {"sts-pol-maxage-long", kYes, "over a year",
     [](CheckFacts& f) { set_age(f, "enforce", "31557601"); }, "max_age: 31557600"},
    {"sts-pol-maxage-long", kNo, "a year",
     [](CheckFacts& f) { set_age(f, "enforce", "31557600"); }},
    {"sts-pol-maxage-long-testing", kYes, "a year of testing",
     [](CheckFacts& f) { set_age(f, "testing", "31557600"); }, "max_age: 604800"},
    {"sts-pol-maxage-long-testing", kNo, "a year of enforce",
     [](CheckFacts& f) { set_age(f, "enforce", "31557600"); }},
};

const RuleRow kMxRows[] = {
    {"sts-pol-mx-missing", kYes, "none",
     [](CheckFacts& f) {
       set_policy(f, policy_text({"version: STSv1", "mode: enforce", "max_age: 1209600"}));
     },
     "mx: mx1.example.com\nmx: mx2.example.com\n_mta-sts."},
    {"sts-pol-mx-missing", kNo, "mode none",
     [](CheckFacts& f) {
       set_policy(f, policy_text({"version: STSv1", "mode: none", "max_age: 86400"}));
     }},
    {"sts-pol-mx-missing", kNo, "a typo is told already",
     [](CheckFacts& f) {
       set_policy(f, policy_text({"version: STSv1", "mode: enforce", "max_age: 1209600",
                                  "nmx: mx1.example.com"}));
     }},
    {"sts-pol-mx-key-typo", kYes, "nmx", [](CheckFacts& f) { add_line(f, "nmx: a.example.com"); },
     "mx: a.example.com"},
    {"sts-pol-mx-key-typo", kYes, "MX", [](CheckFacts& f) { add_line(f, "MX: a.example.com"); }},
    {"sts-pol-mx-key-typo", kNo, "an extension",
     [](CheckFacts& f) { add_line(f, "mxpref: a.example.com"); }},
    {"sts-pol-mx-several-per-line", kYes, "with commas",
     [](CheckFacts& f) { set_mx(f, "a.example.com, b.example.com"); },
     "mx: a.example.com\nmx: b.example.com\n"},
    {"sts-pol-mx-several-per-line", kNo, "a preference",
     [](CheckFacts& f) { set_mx(f, "10 a.example.com"); }},
    {"sts-pol-mx-preference", kYes, "as in DNS",
     [](CheckFacts& f) { set_mx(f, "10 a.example.com"); }, "mx: a.example.com\n"},
    {"sts-pol-mx-preference", kNo, "digits in the name",
     [](CheckFacts& f) { set_mx(f, "10.example.com"); }},
    {"sts-pol-mx-trailing-dot", kYes, "a dot", [](CheckFacts& f) { set_mx(f, "mx2.example.com."); },
     "mx: mx2.example.com\n"},
    {"sts-pol-mx-trailing-dot", kNo, "none", [](CheckFacts&) {}},
    {"sts-pol-mx-leading-dot", kYes, "of a draft", [](CheckFacts& f) { set_mx(f, ".example.com"); },
     "mx: *.example.com\n"},
    {"sts-pol-mx-leading-dot", kNo, "with star", [](CheckFacts& f) { set_mx(f, "*.example.com"); }},
    {"sts-pol-mx-ip", kYes, "IPv4", [](CheckFacts& f) { set_mx(f, "192.0.2.1"); }, "192.0.2.1"},
    {"sts-pol-mx-ip", kYes, "IPv6", [](CheckFacts& f) { set_mx(f, "[2001:db8::25]"); }},
    {"sts-pol-mx-ip", kNo, "a name", [](CheckFacts& f) { set_mx(f, "192-0-2-1.example.com"); }},
    {"sts-pol-mx-url", kYes, "a URL",
     [](CheckFacts& f) { set_mx(f, "smtp://mx2.example.com:25/"); }, "mx: mx2.example.com\n"},
    {"sts-pol-mx-url", kNo, "a name", [](CheckFacts&) {}},
    {"sts-pol-mx-port", kYes, "a port", [](CheckFacts& f) { set_mx(f, "mx2.example.com:25"); },
     "mx: mx2.example.com\n"},
    {"sts-pol-mx-port", kNo, "an IPv6 address", [](CheckFacts& f) { set_mx(f, "2001:db8::25"); }},
    {"sts-pol-mx-ulabel", kYes, "an umlaut",
     [](CheckFacts& f) { set_mx(f, "m\xc3\xbc.example.com"); }, "mx: xn--m-eha.example.com\n"},
    {"sts-pol-mx-ulabel", kNo, "its ASCII form",
     [](CheckFacts& f) { set_mx(f, "xn--m-eha.example.com"); }},
    {"sts-pol-mx-wildcard-form", kYes, "alone", [](CheckFacts& f) { set_mx(f, "*"); }},
    {"sts-pol-mx-wildcard-form", kYes, "without dot",
     [](CheckFacts& f) { set_mx(f, "*example.com"); }},
    {"sts-pol-mx-wildcard-form", kYes, "two", [](CheckFacts& f) { set_mx(f, "*.*.example.com"); }},
    {"sts-pol-mx-wildcard-form", kYes, "within",
     [](CheckFacts& f) { set_mx(f, "mail.*.example.com"); }},
    {"sts-pol-mx-wildcard-form", kNo, "right", [](CheckFacts& f) { set_mx(f, "*.example.com"); }},
    {"sts-pol-mx-dot-only", kYes, "a dot", [](CheckFacts& f) { set_mx(f, "."); }},
    {"sts-pol-mx-dot-only", kNo, "in front", [](CheckFacts& f) { set_mx(f, ".example.com"); }},
    {"sts-pol-mx-invalid", kYes, "an underscore",
     [](CheckFacts& f) { set_mx(f, "mx_2.example.com"); }, "mx_2.example.com"},
    {"sts-pol-mx-invalid", kNo, "a name", [](CheckFacts&) {}},
    {"sts-pol-mx-duplicate", kYes, "twice",
     [](CheckFacts& f) { add_line(f, "mx: MX2.example.com"); }, "mx: mx2.example.com"},
    {"sts-pol-mx-duplicate", kNo, "once", [](CheckFacts&) {}},
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

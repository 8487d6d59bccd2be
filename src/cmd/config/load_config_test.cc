#include "cmd/config/load_config.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

#include "cmd/config/config_lookup.h"

using namespace strictmx;

namespace {

class TempFile {
 public:
  explicit TempFile(std::string_view text) {
    const int fd = ::mkstemp(name_);
    REQUIRE(fd >= 0);
    REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    ::close(fd);
  }
  ~TempFile() { ::unlink(name_); }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  const char* name() const { return name_; }

 private:
  char name_[32] = "/tmp/strictmx-config-XXXXXX";
};

}  // namespace

TEST_CASE("flags override the file, the file overrides the defaults") {
  const TempFile file("http = \"127.0.0.1:1\"\nhttps.port = 1000\n");
  Config config;
  const ConfigSource source{file.name(), {{find_config_key("https.port"), {"2000"}}}};
  CHECK(load_config(source, config).empty());
  CHECK(config.http == "127.0.0.1:1");
  CHECK(config.https.port == 2000);
  CHECK(config.listen == Config{}.listen);
}

TEST_CASE("problems of file and flags are told together") {
  const TempFile file("https.port = 0\n");
  Config config;
  const ConfigSource source{file.name(), {{find_config_key("https.timeout"), {"1"}}}};
  CHECK(load_config(source, config) ==
        ConfigProblems{
            std::string(file.name()) + ":1: https.port: \"0\" is not a number from 1 to 65535",
            "--https-timeout: \"1\" is not a duration from 100ms to 5m (units: ms, s, "
            "m, h, d)"});
}

TEST_CASE("a named file must exist") {
  Config config;
  CHECK(load_config({"/nonexistent.toml", {}}, config) ==
        ConfigProblems{"/nonexistent.toml: No such file or directory"});
}

TEST_CASE("files that the configuration names must be readable") {
  const TempFile file("");
  Config config;
  config.dns = {{}, "none", file.name()};
  CHECK(find_unreadable_files(config).empty());
  config.dns = {{}, "/nonexistent/a", "/nonexistent/b"};
  config.https.ca_file = "/nonexistent/c";
  config.report.dkim = {"selector /nonexistent/d"};
  CHECK(find_unreadable_files(config) ==
        ConfigProblems{"dns.trust_anchor: /nonexistent/a: No such file or directory",
                       "dns.root_hints: /nonexistent/b: No such file or directory",
                       "https.ca_file: /nonexistent/c: No such file or directory",
                       "report.dkim: /nonexistent/d: No such file or directory"});
  config.report.dkim.clear();
  config.dns = {{}, "/nonexistent/a", ""};
  config.https.ca_file = "";
  config.dns.validation = DnsValidationKey::trust_ad;  // the resolver has an anchor of its own
  CHECK(find_unreadable_files(config).empty());
}

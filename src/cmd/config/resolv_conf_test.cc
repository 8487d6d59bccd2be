#include "cmd/config/resolv_conf.h"

#include <doctest/doctest.h>

using namespace strictmx;

TEST_CASE("parse_nameservers reads resolv.conf as the resolver does") {
  using Servers = std::vector<std::string>;
  struct Row {
    std::string why;
    std::string text;
    Servers servers;
  };
  const Row rows[] = {
      {"plain", "nameserver 192.0.2.1\nnameserver 2001:db8::1\n", {"192.0.2.1", "2001:db8::1"}},
      {"tab, blanks, no line end", "nameserver\t 192.0.2.1  ", {"192.0.2.1"}},
      {"CR LF", "nameserver 192.0.2.1\r\n", {"192.0.2.1"}},
      {"trailing comment", "nameserver 192.0.2.1 # office\n", {"192.0.2.1"}},
      {"zone of a link-local address", "nameserver fe80::1%eth0\n", {"fe80::1%eth0"}},
      {"other keywords", "search a.example\noptions edns0\nnameserver 192.0.2.1\n", {"192.0.2.1"}},
      {"comments",
       "# nameserver 192.0.2.9\n;nameserver 192.0.2.8\nnameserver 192.0.2.1\n",
       {"192.0.2.1"}},
      {"indented keyword is none", " nameserver 192.0.2.9\nnameserver 192.0.2.1\n", {"192.0.2.1"}},
      {"longer keyword is none", "nameservers 192.0.2.9\nnameserver 192.0.2.1\n", {"192.0.2.1"}},
      {"no address", "nameserver dns.example\nnameserver\nnameserver 192.0.2.1\n", {"192.0.2.1"}},
      {"only three count",
       "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n",
       {"192.0.2.1", "192.0.2.2", "192.0.2.3"}},
      {"none: the local machine", "search a.example\n", {"127.0.0.1"}},
      {"empty: the local machine", "", {"127.0.0.1"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.why);
    CHECK(parse_nameservers(row.text) == row.servers);
  }
}

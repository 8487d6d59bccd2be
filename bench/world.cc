// bench/world.cc: a small Internet on the loopback address: a resolver and the policy hosts of any
// number of domains (bench/world_name.h), so that look-ups can be measured without one.
// Ends on SIGTERM, SIGINT or with its parent.
#include <fmt/core.h>
#include <getopt.h>
#include <sys/prctl.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>

#include "bench/fail.h"
#include "bench/world_authority.h"
#include "bench/world_dns.h"
#include "bench/world_https.h"
#include "bench/world_name.h"

namespace strictmx::bench {
namespace {

constexpr std::string_view kUsage =
    "usage: bench_world --ca-out FILE [--dns-port P] [--https-port P] [--ttl SECONDS]\n"
    "                   [--prepare FIRST:LAST]\n"
    "Serves dN.CLASS.bench.example, where CLASS is enforce, testing, none, absent, badcert,\n"
    "refused or missing, on 127.0.0.1. Prints \"ready dns=PORT https=PORT\" when it listens.\n"
    "--prepare makes the certificates of dFIRST..dLAST.enforce before that.\n";

struct Options {
  std::string ca_out;
  std::uint16_t dns_port = 0;
  std::uint16_t https_port = 0;
  std::chrono::seconds ttl{3600};
  std::uint32_t prepare_first = 1;  // to prepare_last inclusive; none by default
  std::uint32_t prepare_last = 0;
};

template <typename Number>
Number parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    fail(fmt::format("not a number in range: {}", text));
  }
  return value;
}

void parse_range(Options& options, std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) fail("want --prepare FIRST:LAST");
  options.prepare_first = parse_number<std::uint32_t>(text.substr(0, colon));
  options.prepare_last = parse_number<std::uint32_t>(text.substr(colon + 1));
}

Options parse_options(int argc, char** argv) {
  const std::array<option, 7> names{{{"ca-out", required_argument, nullptr, 'c'},
                                     {"dns-port", required_argument, nullptr, 'd'},
                                     {"https-port", required_argument, nullptr, 's'},
                                     {"ttl", required_argument, nullptr, 't'},
                                     {"prepare", required_argument, nullptr, 'p'},
                                     {"help", no_argument, nullptr, 'h'},
                                     {nullptr, 0, nullptr, 0}}};
  Options options;
  for (int name = 0; (name = getopt_long(argc, argv, "", names.data(), nullptr)) != -1;) {
    switch (name) {
      case 'c':
        options.ca_out = optarg;
        break;
      case 'd':
        options.dns_port = parse_number<std::uint16_t>(optarg);
        break;
      case 's':
        options.https_port = parse_number<std::uint16_t>(optarg);
        break;
      case 't':
        options.ttl = std::chrono::seconds(parse_number<std::uint32_t>(optarg));
        break;
      case 'p':
        parse_range(options, optarg);
        break;
      default:
        fmt::print(name == 'h' ? stdout : stderr, "{}", kUsage);
        std::exit(name == 'h' ? 0 : 2);
    }
  }
  if (options.ca_out.empty()) fail("no --ca-out");
  return options;
}

void run(const Options& options) {
  const Authority authority("bench authority");
  authority.save(options.ca_out);
  WorldLoop loop;
  const WorldDns dns(loop, options.dns_port, options.ttl);
  WorldHttps https(loop, options.https_port, authority);
  for (std::uint32_t number = options.prepare_first; number <= options.prepare_last; ++number) {
    https.prepare(fmt::format("mta-sts.d{}.enforce.{}", number, kWorldZone));
  }
  fmt::print("ready dns={} https={}\n", dns.port(), https.port());
  std::fflush(stdout);
  loop.run();
}

}  // namespace
}  // namespace strictmx::bench

int main(int argc, char** argv) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  std::signal(SIGPIPE, SIG_IGN);
  strictmx::bench::run(strictmx::bench::parse_options(argc, argv));
}

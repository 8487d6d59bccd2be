// bench/load.cc: the command line of the socketmap load generator.
// Exit status: 0 measured, 1 a reply was not what --expect says or the run broke, 2 wrong use.
#include <fmt/core.h>
#include <getopt.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "bench/fail.h"
#include "bench/load_client.h"
#include "bench/load_keys.h"

namespace strictmx::bench {
namespace {

constexpr std::string_view kUsage =
    "usage: bench_load --connect inet:HOST:PORT|unix:PATH (--key KEY [--range A:B] | --keys FILE)\n"
    "                  (-d SECONDS | -n COUNT) [option...]\n"
    "  --key KEY          one key, or with a # and --range FIRST:LAST many\n"
    "  --keys FILE        one key per line\n"
    "  --map NAME         socketmap name (postfix)\n"
    "  -c N               connections (1)\n"
    "  -p N               requests outstanding per connection (1)\n"
    "  --rate N           questions per second at most, on all connections together\n"
    "  -d SECONDS         measure this long\n"
    "  -n COUNT           or this many answers\n"
    "  -w SECONDS         before that, ask without measuring (0)\n"
    "  --expect STATUS    every reply must be OK, NOTFOUND or TEMP\n"
    "  --server-pid PID   also measure the CPU time of this process\n"
    "  --json             one JSON object instead of one line of text\n";

struct Options {
  std::string connect, key, range, keys_file, map = "postfix", expect;
  LoadPlan plan;
  bool json = false;
};

double parse_number(std::string_view text, double most) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > most) {
    fail(fmt::format("not a number from 0 to {}: {}", most, text));
  }
  return value;
}

std::chrono::nanoseconds parse_seconds(std::string_view text) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(parse_number(text, 3600) * 1e9));
}

void apply_option(Options& options, int name, const char* value) {
  switch (name) {
    case 'C':
      options.connect = value;
      break;
    case 'k':
      options.key = value;
      break;
    case 'r':
      options.range = value;
      break;
    case 'K':
      options.keys_file = value;
      break;
    case 'm':
      options.map = value;
      break;
    case 'e':
      options.expect = value;
      break;
    case 'j':
      options.json = true;
      break;
    case 'P':
      options.plan.server_pid = static_cast<pid_t>(parse_number(value, 1 << 30));
      break;
    case 'c':
      options.plan.connections = static_cast<std::size_t>(parse_number(value, 20000));
      break;
    case 'p':
      options.plan.depth = static_cast<std::size_t>(parse_number(value, 1024));
      break;
    case 'R':
      options.plan.rate = parse_number(value, 1e7);
      break;
    case 'n':
      options.plan.count = static_cast<std::uint64_t>(parse_number(value, 1e9));
      break;
    case 'd':
      options.plan.duration = parse_seconds(value);
      break;
    case 'w':
      options.plan.warmup = parse_seconds(value);
      break;
    case 'h':
      fmt::print("{}", kUsage);
      std::exit(0);
    default:
      fmt::print(stderr, "{}", kUsage);
      std::exit(2);
  }
}

Options parse_options(int argc, char** argv) {
  const std::array<option, 11> names{{{"connect", required_argument, nullptr, 'C'},
                                      {"key", required_argument, nullptr, 'k'},
                                      {"range", required_argument, nullptr, 'r'},
                                      {"keys", required_argument, nullptr, 'K'},
                                      {"map", required_argument, nullptr, 'm'},
                                      {"expect", required_argument, nullptr, 'e'},
                                      {"server-pid", required_argument, nullptr, 'P'},
                                      {"rate", required_argument, nullptr, 'R'},
                                      {"json", no_argument, nullptr, 'j'},
                                      {"help", no_argument, nullptr, 'h'},
                                      {nullptr, 0, nullptr, 0}}};
  Options options;
  for (int name = 0;
       (name = getopt_long(argc, argv, "c:p:d:n:w:h", names.data(), nullptr)) != -1;) {
    apply_option(options, name, optarg);
  }
  LoadPlan& plan = options.plan;
  if (optind != argc || options.connect.empty()) fail("want --connect and no other words");
  if (options.key.empty() == options.keys_file.empty()) fail("want either --key or --keys");
  if ((plan.duration.count() == 0) == (plan.count == 0)) fail("want either -d or -n");
  if (plan.connections == 0 || plan.depth == 0) fail("-c and -p start at 1");
  const auto keys = options.key.empty() ? keys_of_file(options.keys_file)
                                        : keys_of_pattern(options.key, options.range);
  plan.server = parse_address(options.connect);
  plan.requests = make_requests(options.map, keys);
  return options;
}

// One reply that --expect forbids, for the message; empty when there is none.
std::string unexpected_reply(const LoadResult& result, std::string_view expect) {
  for (std::size_t i = 0; i < kReplyStatuses; ++i) {
    const auto status = static_cast<ReplyStatus>(i);
    const bool wrong =
        status == ReplyStatus::other || (!expect.empty() && name_of(status) != expect);
    if (!wrong || result.replies[i] == 0) continue;
    std::string shown = result.first_reply[i].substr(0, 200);
    for (char& c : shown) c = c < ' ' || c > '~' ? '?' : c;
    return fmt::format("{} of the replies are {}: {}", result.replies[i], name_of(status), shown);
  }
  return {};
}

double micros(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e3; }

void print_result(const LoadResult& result, const Options& options) {
  const auto answers = static_cast<double>(result.answers());
  const double seconds = static_cast<double>(result.elapsed.count()) / 1e9;
  const double p50 = micros(result.latency.percentile(0.5));
  const double p90 = micros(result.latency.percentile(0.9));
  const double p99 = micros(result.latency.percentile(0.99));
  const double p999 = micros(result.latency.percentile(0.999));
  const double cpu = micros(result.server_cpu) / answers;
  if (options.json) {
    fmt::print(R"({{"answers": {}, "seconds": {:.6f}, "rate": {:.1f}, "p50_us": {:.2f}, )"
               R"("p90_us": {:.2f}, "p99_us": {:.2f}, "p999_us": {:.2f}, "max_us": {:.2f}, )"
               R"("cpu_us": {:.4f}, "ok": {}, "notfound": {}, "temp": {}}})"
               "\n",
               answers, seconds, answers / seconds, p50, p90, p99, p999,
               micros(result.latency.max()), cpu, result.replies[0], result.replies[1],
               result.replies[2]);
    return;
  }
  fmt::print(
      "{:.0f} answers in {:.2f} s: {:.0f}/s, p50 {:.1f} p90 {:.1f} p99 {:.1f} p99.9 {:.1f} "
      "max {:.0f} us",
      answers, seconds, answers / seconds, p50, p90, p99, p999, micros(result.latency.max()));
  if (options.plan.server_pid != 0) fmt::print(", server CPU {:.2f} us/answer", cpu);
  fmt::print(", OK {} NOTFOUND {} TEMP {}\n", result.replies[0], result.replies[1],
             result.replies[2]);
}

}  // namespace
}  // namespace strictmx::bench

int main(int argc, char** argv) {
  using namespace strictmx::bench;
  const Options options = parse_options(argc, argv);
  const LoadResult result = run_load(options.plan);
  const std::string unexpected = unexpected_reply(result, options.expect);
  if (!result.broken.empty() || !unexpected.empty() || result.answers() == 0) {
    fmt::print(stderr, "bench_load: {}{}{}\n", result.broken,
               result.broken.empty() || unexpected.empty() ? "" : "; ", unexpected);
    return 1;
  }
  print_result(result, options);
  return 0;
}

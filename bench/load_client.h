// bench/load_client.h: one thread that keeps a number of socketmap connections busy: each has
// `depth` requests outstanding and sends the next as soon as an answer came (a closed loop, as
// Postfix is with depth 1). Every reply is parsed; a reply that is no socketmap reply, a closed
// connection or a silence of 30 s ends the run as broken.
// Limits: 20000 connections, depth 1024, replies of 100000 octets.
#pragma once
#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/histogram.h"
#include "bench/socket.h"

namespace strictmx::bench {

enum class ReplyStatus : std::uint8_t { ok, not_found, temp, other };
constexpr std::size_t kReplyStatuses = 4;
std::string_view name_of(ReplyStatus status);

struct LoadPlan {
  SocketAddress server;
  std::vector<std::string> requests;  // asked in turn, again from the start when used up
  std::size_t connections = 1;
  std::size_t depth = 1;
  double rate = 0;                       // questions per second at most; 0: no limit
  std::chrono::nanoseconds warmup{0};    // answers before its end are not counted
  std::chrono::nanoseconds duration{0};  // of the counted part; 0 when `count` bounds the run
  std::uint64_t count = 0;               // answers; 0 when `duration` bounds the run
  pid_t server_pid = 0;                  // whose CPU time is measured; 0: nobody's
};

struct LoadResult {
  std::array<std::uint64_t, kReplyStatuses> replies{};  // by ReplyStatus
  std::array<std::string, kReplyStatuses> first_reply;  // an example of each
  Histogram latency;
  std::chrono::nanoseconds elapsed{0};
  std::chrono::nanoseconds server_cpu{0};
  std::string broken;  // why the run ended early; empty when it did not

  std::uint64_t answers() const { return latency.count(); }
};

LoadResult run_load(const LoadPlan& plan);

}  // namespace strictmx::bench

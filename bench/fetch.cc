// bench/fetch.cc: bare policy fetches, one blocking OpenSSL connection per thread and nothing else:
// no DNS, no store, no daemon. What a look-up costs beside this is ours.
// Usage: bench_fetch PORT CA_FILE FIRST LAST THREADS
// Fetches the policies of dFIRST..dLAST.enforce from 127.0.0.1. Prints one line of JSON, fields as
// bench_load has them. Exit status 1 when a fetch fails.
#include <fmt/core.h>
#include <openssl/ssl.h>
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "bench/fail.h"
#include "bench/socket.h"
#include "bench/world_name.h"

namespace strictmx::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeSsl>;

Context make_context(const char* ca_file) {
  Context context(SSL_CTX_new(TLS_client_method()));
  if (SSL_CTX_load_verify_file(context.get(), ca_file) != 1) fail("no CA file");
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

void fetch(SSL_CTX* context, const SocketAddress& server, const std::string& host) {
  const Fd socket = connect_blocking(server);
  const std::unique_ptr<SSL, FreeSsl> ssl(SSL_new(context));
  SSL_set_fd(ssl.get(), socket.get());
  SSL_set_tlsext_host_name(ssl.get(), host.c_str());
  SSL_set1_host(ssl.get(), host.c_str());
  if (SSL_connect(ssl.get()) != 1) fail("no TLS with " + host);
  const std::string request =
      "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
  if (SSL_write(ssl.get(), request.data(), static_cast<int>(request.size())) <= 0) {
    fail("no request to " + host);
  }
  std::string reply;
  std::array<char, 4096> buffer;
  for (int got = 0;
       (got = SSL_read(ssl.get(), buffer.data(), static_cast<int>(buffer.size()))) > 0;) {
    reply.append(buffer.data(), static_cast<std::size_t>(got));
  }
  if (!reply.starts_with("HTTP/1.1 200 ") || !reply.contains("mode: enforce")) {
    fail("not a policy from " + host);
  }
}

std::chrono::microseconds own_cpu_time() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

void run(std::uint16_t port, const char* ca_file, long first, long last, int threads) {
  const Context context = make_context(ca_file);
  const SocketAddress server = loopback(port);
  std::atomic<long> next{first};
  const auto cpu = own_cpu_time();
  const auto start = Clock::now();
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < threads; ++i) {
      workers.emplace_back([&] {
        for (long number = next++; number <= last; number = next++) {
          fetch(context.get(), server, fmt::format("mta-sts.d{}.enforce.{}", number, kWorldZone));
        }
      });
    }
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const auto count = static_cast<double>(last - first + 1);
  fmt::print("{{\"answers\":{},\"seconds\":{:.6f},\"rate\":{:.1f},\"cpu_us\":{:.2f}}}\n", count,
             seconds, count / seconds, static_cast<double>((own_cpu_time() - cpu).count()) / count);
}

}  // namespace
}  // namespace strictmx::bench

int main(int argc, char** argv) {
  if (argc != 6) strictmx::bench::fail("usage: bench_fetch PORT CA_FILE FIRST LAST THREADS");
  std::signal(SIGPIPE, SIG_IGN);
  strictmx::bench::run(static_cast<std::uint16_t>(std::atoi(argv[1])), argv[2], std::atol(argv[3]),
                       std::atol(argv[4]), std::atoi(argv[5]));
}

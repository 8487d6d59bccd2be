#include "cmd/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "base/descriptor.h"
#include "base/time.h"

extern char** environ;

namespace strictmx {

namespace {

constexpr Millis kPatience{10000};
constexpr std::size_t kMaxOutput = 4 << 20;

// Reads to the end or the deadline. False: the deadline came first.
bool read_all(int fd, std::string& text) {
  const MonoTime end = SystemClock().now().mono + kPatience;
  while (text.size() < kMaxOutput) {
    const auto left = std::chrono::ceil<Millis>(end - SystemClock().now().mono).count();
    if (left <= 0) return false;
    pollfd one{fd, POLLIN, 0};
    if (::poll(&one, 1, static_cast<int>(left)) <= 0) continue;
    char buffer[65536];
    const auto size = ::read(fd, buffer, sizeof buffer);
    if (size == 0) return true;
    if (size < 0 && errno != EINTR) return true;
    if (size > 0) text.append(buffer, static_cast<std::size_t>(size));
  }
  return true;
}

}  // namespace

Result<std::string> run_program(const std::vector<std::string>& arguments) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(Errc::io, "pipe");
  const Descriptor output(ends[0]);
  Descriptor input(ends[1]);
  std::vector<char*> argv;
  for (const auto& word : arguments) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, input.get(), 1);
  ::posix_spawn_file_actions_adddup2(&actions, input.get(), 2);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  input.reset();
  if (failed != 0) {
    return fail(failed == ENOENT ? Errc::not_found : Errc::io,
                fmt::format("{}: cannot be run", arguments[0]));
  }
  std::string text;
  const bool ended = read_all(output.get(), text);
  if (!ended) ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  if (!ended) return fail(Errc::timeout, fmt::format("{}: does not end", arguments[0]));
  return text;
}

}  // namespace strictmx

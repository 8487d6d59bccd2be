// tests/faults/wall_clock.cc: a library to preload that moves the wall clock of a program, and no
// other: timers and the monotonic clock stay. The offset in seconds, eight octets of this machine,
// is at the beginning of the file that FAULT_CLOCK names; it may change at any time.
// Not libfaketime: it also moves timerfd, by which Asio waits.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

using Offset = std::atomic<std::int64_t>;

const Offset* map_offset() {
  static Offset none{0};
  const char* path = std::getenv("FAULT_CLOCK");
  const int fd = path != nullptr ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return &none;
  void* at = mmap(nullptr, sizeof(Offset), PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  return at == MAP_FAILED ? &none : static_cast<const Offset*>(at);
}

std::int64_t offset() {
  static const Offset* const mapped = map_offset();
  return mapped->load(std::memory_order_relaxed);
}

timespec read_clock(clockid_t which) {
  timespec time{};
  syscall(SYS_clock_gettime, which, &time);
  const bool wall = which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE;
  if (wall) time.tv_sec += offset();
  return time;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t which, timespec* time) noexcept {
  *time = read_clock(which);
  return 0;
}

int gettimeofday(timeval* __restrict time, void* __restrict) noexcept {
  const timespec now = read_clock(CLOCK_REALTIME);
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* time) noexcept {
  const time_t now = read_clock(CLOCK_REALTIME).tv_sec;
  if (time != nullptr) *time = now;
  return now;
}
}

// tests/faults/failing_memory.cc: a library to preload that counts the allocations of a program and
// makes some of them fail: those whose number n, from 1 on, is first <= n < end. Both are in the
// file that FAULT_MEMORY names, see Plan, and may change at any time; without it none fails.
// Allocations before its own constructor, those of the dynamic loader and of other libraries'
// constructors, are not counted. The real functions are glibc's, under names of their own.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* at, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
}

namespace {

struct Plan {
  std::atomic<std::uint64_t> count;  // allocations until now
  std::atomic<std::uint64_t> first;
  std::atomic<std::uint64_t> end;
};

Plan* plan = nullptr;

__attribute__((constructor)) void map_plan() {
  const char* path = std::getenv("FAULT_MEMORY");
  const int fd = path != nullptr ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void* at = mmap(nullptr, sizeof(Plan), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (at != MAP_FAILED) plan = static_cast<Plan*>(at);
}

bool fails() {
  if (plan == nullptr) return false;
  const auto number = plan->count.fetch_add(1, std::memory_order_relaxed) + 1;
  if (number < plan->first.load(std::memory_order_relaxed)) return false;
  if (number >= plan->end.load(std::memory_order_relaxed)) return false;
  errno = ENOMEM;
  return true;
}

}  // namespace

extern "C" {

void* malloc(std::size_t bytes) { return fails() ? nullptr : __libc_malloc(bytes); }

void* calloc(std::size_t count, std::size_t bytes) {
  return fails() ? nullptr : __libc_calloc(count, bytes);
}

void* realloc(void* at, std::size_t bytes) { return fails() ? nullptr : __libc_realloc(at, bytes); }

void* memalign(std::size_t alignment, std::size_t bytes) {
  return fails() ? nullptr : __libc_memalign(alignment, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) { return memalign(alignment, bytes); }

int posix_memalign(void** to, std::size_t alignment, std::size_t bytes) {
  void* at = memalign(alignment, bytes);
  if (at == nullptr) return ENOMEM;
  *to = at;
  return 0;
}
}

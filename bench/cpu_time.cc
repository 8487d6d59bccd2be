#include "bench/cpu_time.h"

#include <fmt/core.h>

#include <filesystem>
#include <fstream>

#include "bench/fail.h"

namespace strictmx::bench {

std::chrono::nanoseconds cpu_time_of(pid_t pid) {
  std::chrono::nanoseconds total{0};
  std::error_code error;
  const std::filesystem::path tasks = fmt::format("/proc/{}/task", pid);
  for (const auto& task : std::filesystem::directory_iterator(tasks, error)) {
    std::ifstream file(task.path() / "schedstat");
    std::int64_t on_cpu = 0;
    if (file >> on_cpu) total += std::chrono::nanoseconds(on_cpu);
  }
  if (error) fail(fmt::format("process {}: {}", pid, error.message()));
  return total;
}

}  // namespace strictmx::bench

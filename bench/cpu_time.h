// bench/cpu_time.h: CPU time of another process, from the scheduler's own accounts in
// /proc/PID/task/*/schedstat (nanoseconds, user and kernel together). The clock ticks in
// /proc/PID/stat are too coarse for a run of one second.
// Limit: a thread that ends between two readings takes its time with it.
#pragma once
#include <sys/types.h>

#include <chrono>

namespace strictmx::bench {

// Ends the program (bench/fail.h) when there is no such process.
std::chrono::nanoseconds cpu_time_of(pid_t pid);

}  // namespace strictmx::bench

// service/collectd/options.h: what the collector of TLS results is told at start. Defaults are
// those of the configuration table (cmd/config/config_table).
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace strictmx {

struct CollectdOptions {
  std::string socket;  // absolute path, or "systemd:NAME"; empty: no collector
  unsigned mode = 0660;
  std::string group;            // of the socket's file; empty: that of the process
  std::filesystem::path state;  // directory of the day store
  int keep_days = 14;           // older days are erased, reported or not
  bool operator==(const CollectdOptions&) const = default;
};

}  // namespace strictmx

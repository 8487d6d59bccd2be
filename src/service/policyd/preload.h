// service/policyd/preload.h: the preload list (store/policy_preload) as a file, plain or signed.
// Signed: its octets are used only if FILE.sig beside it is their Ed25519 signature by the
// operator's key (tls/signature).
// Limit: 1 GiB for a signed list, which is read as a whole.
#pragma once
#include <filesystem>
#include <functional>

#include "base/log.h"
#include "base/result.h"
#include "store/policy_preload.h"

namespace strictmx {

struct PreloadFile {
  std::filesystem::path list;
  std::filesystem::path key;  // empty: not signed
};

// load_preload() of the file. Errors: Errc::io (a file cannot be read), Errc::usage (the signature
// or the key is wrong); the detail begins with the configuration key.
Result<void> load_preload_file(const PreloadFile& file, WallTime now,
                               const std::function<void(const KnownPolicy&)>& each, Log& log);

}  // namespace strictmx

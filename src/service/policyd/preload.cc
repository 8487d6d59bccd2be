#include "service/policyd/preload.h"

#include <fmt/format.h>

#include <fstream>
#include <spanstream>

#include "tls/signature.h"

namespace strictmx {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSignedList = std::size_t{1} << 30;
constexpr std::size_t kMaxSignature = 1024;

Result<std::string> read_file(const fs::path& file, std::size_t limit) {
  std::ifstream in(file, std::ios::binary);
  if (!in || fs::is_directory(file)) {
    return fail(Errc::io, fmt::format("policy.preload: {}: cannot be read", file.string()));
  }
  std::string text;
  constexpr std::size_t kBlock = std::size_t{1} << 16;
  while (in && text.size() <= limit) {
    const std::size_t had = text.size();
    text.resize(had + kBlock);
    in.read(text.data() + had, kBlock);
    text.resize(had + static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad() || text.size() > limit) {
    return fail(Errc::io, fmt::format("policy.preload: {}: cannot be read, or has over {} octets",
                                      file.string(), limit));
  }
  return text;
}

Result<std::string> read_signed(const PreloadFile& file) {
  auto text = read_file(file.list, kMaxSignedList);
  if (!text) return text;
  const fs::path beside = file.list.string() + ".sig";
  const auto signature = read_file(beside, kMaxSignature);
  if (!signature) return signature;
  const auto good = verify_ed25519(file.key, *text, *signature);
  if (good) return text;
  const Error& why = good.error();
  if (why.code == Errc::corrupt || why.code == Errc::syntax) {
    return fail(Errc::usage, fmt::format("policy.preload: {}: {}", beside.string(), why.detail));
  }
  return fail(Errc::usage, fmt::format("policy.preload_key: {}", why.detail));
}

}  // namespace

Result<void> load_preload_file(const PreloadFile& file, WallTime now,
                               const std::function<void(const KnownPolicy&)>& each, Log& log) {
  const std::string name = file.list.string();
  if (!file.key.empty()) {
    auto text = read_signed(file);
    if (!text) return std::unexpected(text.error());
    std::ispanstream in{std::span<const char>(*text)};
    load_preload(in, name, now, each, log);
    return {};
  }
  std::ifstream in(file.list, std::ios::binary);
  if (!in || fs::is_directory(file.list)) {
    return fail(Errc::io, fmt::format("policy.preload: {}: cannot be read", name));
  }
  load_preload(in, name, now, each, log);
  return {};
}

}  // namespace strictmx

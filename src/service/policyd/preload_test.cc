#include "service/policyd/preload.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <fstream>

#include "core/policy_export.h"
#include "tls/signature.h"

namespace strictmx {

namespace {

// Ed25519 keys that mean nothing elsewhere: RFC 8032 §7.1, tests 1 and 3.
constexpr const char* kPrivate =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIMWqjfQ/n4N77bdELzHct7Fm04U1B28JS4XOOi4LRFj3\n"
    "-----END PRIVATE KEY-----\n";
constexpr const char* kPublic =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEA/FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU=\n"
    "-----END PUBLIC KEY-----\n";
constexpr const char* kOtherPublic =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
    "-----END PUBLIC KEY-----\n";

class SilentLog : public Log {
 public:
  bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::span<const LogField>) override {}
};

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "strictmx-pre-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
    const std::string body = "version: STSv1\nmode: enforce\nmx: mx.a.example\nmax_age: 86400\n";
    write("list", format_export_line({Domain::parse("a.example").value(), "1", body,
                                      parse_policy(body).value().policy, WallTime{}}) +
                      "\n");
    write("private.pem", kPrivate);
    write("public.pem", kPublic);
    write("other.pem", kOtherPublic);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const char* name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary | std::ios::trunc) << text;
  }
  // How many policies are of use; an error.
  Result<std::size_t> load(const char* list, const char* key) const {
    SilentLog log;
    std::size_t used = 0;
    const PreloadFile file{path / list, key == nullptr ? std::filesystem::path() : path / key};
    auto loaded = load_preload_file(file, WallTime{}, [&](const KnownPolicy&) { ++used; }, log);
    if (!loaded) return std::unexpected(loaded.error());
    return used;
  }
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("a signed preload list is used, and a plain one without a key") {
  const Folder folder;
  CHECK(folder.load("list", nullptr) == 1);
  std::ifstream in(folder.path / "list", std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  folder.write("list.sig", sign_ed25519(folder.path / "private.pem", text).value());
  CHECK(folder.load("list", "public.pem") == 1);
}

TEST_CASE("a preload list whose signature is not that of the key is refused whole") {
  struct Row {
    const char* name;
    const char* list;
    const char* key;
    bool change;
    Errc error;
    const char* says;
  };
  const Row rows[] = {
      {"changed", "list", "public.pem", true, Errc::usage, "policy.preload: "},
      {"another key", "list", "other.pem", false, Errc::usage, "policy.preload: "},
      {"no key there", "list", "absent.pem", false, Errc::usage, "policy.preload_key: "},
      {"no list there", "absent", "public.pem", false, Errc::io, "policy.preload: "},
      {"no list there, plain", "absent", nullptr, false, Errc::io, "policy.preload: "},
      {"a folder", "", nullptr, false, Errc::io, "policy.preload: "},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const Folder folder;
    std::ifstream in(folder.path / "list", std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    folder.write("list.sig", sign_ed25519(folder.path / "private.pem", text).value());
    if (row.change) folder.write("list", text + "\n");
    const auto loaded = folder.load(row.list, row.key);
    REQUIRE(!loaded);
    CHECK(loaded.error().code == row.error);
    CHECK(loaded.error().detail.starts_with(row.says));
  }
  const Folder folder;  // without signature
  CHECK(folder.load("list", "public.pem").error().code == Errc::io);
}

}  // namespace strictmx

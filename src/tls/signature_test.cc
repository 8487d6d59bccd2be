#include "tls/signature.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <fstream>

namespace strictmx {

namespace {

// RFC 8032 §7.1, test 3, in the PEM forms of RFC 8410 §10.
constexpr const char* kPrivate =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIMWqjfQ/n4N77bdELzHct7Fm04U1B28JS4XOOi4LRFj3\n"
    "-----END PRIVATE KEY-----\n";
constexpr const char* kPublic =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEA/FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU=\n"
    "-----END PUBLIC KEY-----\n";
const std::string kText("\xaf\x82", 2);
constexpr const char* kBase64 =
    "YpHWV97sJAJIJ+acOr4BowzlSKKEdDpEXjaA19taw6wY/5tTjRbykK5n92CYTcZZ\n"
    "SnwV6XFu0o3AJ77O6h7ECg==\n";

class KeyFiles {
 public:
  KeyFiles() {
    std::string name = (std::filesystem::temp_directory_path() / "strictmx-tls-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    write("private.pem", kPrivate);
    write("public.pem", kPublic);
  }
  ~KeyFiles() { std::filesystem::remove_all(folder_); }
  KeyFiles(const KeyFiles&) = delete;
  KeyFiles& operator=(const KeyFiles&) = delete;

  std::filesystem::path operator()(const char* name) const { return folder_ / name; }
  void write(const char* name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace

TEST_CASE("a signature is that of RFC 8032, raw or in base64") {
  const KeyFiles file;
  const auto signature = sign_ed25519(file("private.pem"), kText);
  REQUIRE(signature);
  CHECK(signature->size() == kSignatureBytes);
  CHECK(verify_ed25519(file("public.pem"), kText, *signature));
  CHECK(verify_ed25519(file("public.pem"), kText, kBase64));
}

TEST_CASE("any other text, signature or key is refused") {
  const KeyFiles file;
  file.write("none.pem", "no key");
  const std::string good = sign_ed25519(file("private.pem"), kText).value();
  std::string wrong = good;
  wrong[0] = static_cast<char>(wrong[0] ^ 1);
  struct Row {
    const char* name;
    const char* key;
    std::string text;
    std::string signature;
    Errc error;
  };
  const Row rows[] = {
      {"text", "public.pem", kText + " ", good, Errc::corrupt},
      {"empty text", "public.pem", "", good, Errc::corrupt},
      {"signature", "public.pem", kText, wrong, Errc::corrupt},
      {"short", "public.pem", kText, good.substr(1), Errc::syntax},
      {"long", "public.pem", kText, good + "x", Errc::syntax},
      {"empty", "public.pem", kText, "", Errc::syntax},
      {"no base64", "public.pem", kText, std::string(86, '*') + "==", Errc::syntax},
      {"private key", "private.pem", kText, good, Errc::unsupported},
      {"no key", "none.pem", kText, good, Errc::unsupported},
      {"no file", "absent.pem", kText, good, Errc::io},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto verified = verify_ed25519(file(row.key), row.text, row.signature);
    REQUIRE(!verified);
    CHECK(verified.error().code == row.error);
  }
  CHECK(sign_ed25519(file("public.pem"), kText).error().code == Errc::unsupported);
  CHECK(sign_ed25519(file("absent.pem"), kText).error().code == Errc::io);
}

}  // namespace strictmx

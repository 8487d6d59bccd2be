// tls/test_zone_key.h: a DNSSEC key of the root zone that signs records on the spot (RFC 4034,
// RFC 6605 for ECDSA P-256). Used by the tests of net.
#pragma once
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strictmx::test {

class ZoneKey {
 public:
  static constexpr unsigned kDnskey = 48, kRrsig = 46;

  ZoneKey() : key_(EVP_EC_gen("P-256"), EVP_PKEY_free) {}

  // RDATA of the DNSKEY record of the root.
  std::string dnskey() const {
    std::array<unsigned char, 65> point{};  // 0x04, x, y
    std::size_t size = 0;
    EVP_PKEY_get_octet_string_param(key_.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(),
                                    &size);
    return number(257, 2) + '\x03' + '\x0d' +
           std::string(reinterpret_cast<const char*>(point.data()) + 1, 64);
  }

  // The trust anchor file's line.
  std::string anchor() const {
    const auto public_key = dnskey().substr(4);
    std::string base64(89, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                    reinterpret_cast<const unsigned char*>(public_key.data()), 64);
    base64.pop_back();
    return ". IN DNSKEY 257 3 13 " + base64 + "\n";
  }

  // RDATA of the RRSIG of these records; `owner` in lower-case wire form with `labels` labels.
  std::string rrsig(std::string_view owner, unsigned labels, unsigned type, unsigned ttl,
                    std::vector<std::string> rdata) const {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    const auto prefix = number(type, 2) + '\x0d' + number(labels, 1) + number(ttl, 4) +
                        number(static_cast<unsigned>(now) + 86400, 4) +
                        number(static_cast<unsigned>(now) - 3600, 4) + number(key_tag(), 2) + '\0';
    std::ranges::sort(rdata);
    std::string data = prefix;
    for (const auto& record : rdata)
      data += std::string(owner) + number(type, 2) + number(1, 2) + number(ttl, 4) +
              number(static_cast<unsigned>(record.size()), 2) + record;
    return prefix + sign(data);
  }

 private:
  static std::string number(unsigned value, unsigned octets) {
    std::string out;
    for (unsigned i = octets; i > 0; --i) out += static_cast<char>(value >> (8 * (i - 1)) & 0xffU);
    return out;
  }

  unsigned key_tag() const {  // RFC 4034 appendix B
    const auto rdata = dnskey();
    unsigned sum = 0;
    for (std::size_t i = 0; i < rdata.size(); ++i) {
      const unsigned octet = static_cast<unsigned char>(rdata[i]);
      sum += i % 2 == 0 ? octet << 8U : octet;
    }
    return (sum + (sum >> 16U)) & 0xffffU;
  }

  std::string sign(std::string_view data) const {
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
    std::array<unsigned char, 128> der{};
    std::size_t size = der.size();
    EVP_DigestSign(context.get(), der.data(), &size,
                   reinterpret_cast<const unsigned char*>(data.data()), data.size());
    const unsigned char* at = der.data();
    std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> parts(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)), ECDSA_SIG_free);
    std::string out(64, '\0');
    auto* const raw = reinterpret_cast<unsigned char*>(out.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), raw, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), raw + 32, 32);
    return out;
  }

  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
};

}  // namespace strictmx::test

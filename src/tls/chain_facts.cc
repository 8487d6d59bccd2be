#include "tls/chain_facts.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <optional>

#include "tls/certificate.h"
#include "tls/openssl_ptr.h"

namespace strictmx {
namespace {

constexpr int kAuthLevel = 1;  // 80 bits: RSA of 1024, no SHA-1; weaker keys are told by the facts

ChainStatus classify(int error) {
  switch (error) {
    case X509_V_OK:
      return ChainStatus::ok;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return ChainStatus::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return ChainStatus::not_yet_valid;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return ChainStatus::self_signed;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return ChainStatus::unknown_root;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return ChainStatus::incomplete;
    case X509_V_ERR_INVALID_PURPOSE:
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_CERT_REJECTED:
      return ChainStatus::purpose;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return ChainStatus::weak;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return ChainStatus::bad_signature;
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
    case X509_V_ERR_SUBTREE_MINMAX:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
      return ChainStatus::name_constraint;
    default:
      return ChainStatus::other;
  }
}

X509Ptr parse(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  return X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

// All of them that parse, in their order.
X509StackPtr parse_all(std::span<const std::string> sent) {
  X509StackPtr all(sk_X509_new_null());
  for (const auto& der : sent) {
    auto certificate = parse(der);
    if (certificate && sk_X509_push(all.get(), certificate.get()) > 0)
      static_cast<void>(certificate.release());
  }
  return all;
}

struct Verified {
  ChainStatus status = ChainStatus::other;
  std::string detail;
  int depth = 0;
  X509StackPtr chain;  // as far as it could be built
};

struct VerifyRule {
  X509_STORE* trusted;
  WallTime at;
  unsigned long flags = 0;
};

Verified verify(STACK_OF(X509) * sent, const VerifyRule& rule) {
  Verified result;
  const X509StoreCtxPtr context(X509_STORE_CTX_new());
  if (!context ||
      X509_STORE_CTX_init(context.get(), rule.trusted, sk_X509_value(sent, 0), sent) != 1)
    return result;
  X509_STORE_CTX_set_default(context.get(), "ssl_server");
  auto* const parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_auth_level(parameters, kAuthLevel);
  X509_VERIFY_PARAM_set_flags(parameters, rule.flags);
  // A time given counts more than the flag.
  if ((rule.flags & X509_V_FLAG_NO_CHECK_TIME) == 0)
    X509_VERIFY_PARAM_set_time(parameters, rule.at.time_since_epoch().count());
  const bool good = X509_verify_cert(context.get()) == 1;
  const int error = X509_STORE_CTX_get_error(context.get());
  // A failure without a code is a fault inside of OpenSSL.
  const int code = !good && error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error;
  result.status = classify(code);
  result.chain.reset(X509_STORE_CTX_get1_chain(context.get()));
  if (code != X509_V_OK) {
    result.detail = X509_verify_cert_error_string(code);
    result.depth = std::max(0, X509_STORE_CTX_get_error_depth(context.get()));
  }
  return result;
}

void judge_order(STACK_OF(X509) * sent, ChainFacts& facts) {
  for (int i = 0; i + 1 < sk_X509_num(sent); ++i) {
    auto* const issuer = sk_X509_value(sent, i + 1);
    if (X509_check_issued(issuer, sk_X509_value(sent, i)) != X509_V_OK) facts.ordered = false;
    for (int other = 0; other <= i; ++other) {
      if (X509_cmp(issuer, sk_X509_value(sent, other)) == 0) facts.duplicates = true;
    }
    if (X509_self_signed(issuer, 0) == 1) facts.root_included = true;
  }
}

// The octets a TLSA record is about (RFC 6698 §2.1.2, §2.1.3). Empty: unknown parameters.
std::string selected(X509* certificate, const TlsaRecord& record) {
  unsigned char* octets = nullptr;
  const int size = record.selector == 0
                       ? i2d_X509(certificate, &octets)
                       : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &octets);
  if (size <= 0) return {};
  std::string text(reinterpret_cast<char*>(octets), static_cast<std::size_t>(size));
  OPENSSL_free(octets);
  if (record.matching_type == 0) return text;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  const auto* const kind = record.matching_type == 1 ? EVP_sha256() : EVP_sha512();
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, kind, nullptr) != 1) return {};
  return {reinterpret_cast<char*>(digest.data()), length};
}

// The first certificate from `from` on that the record is about.
std::optional<int> find(STACK_OF(X509) * certificates, const TlsaRecord& record, int from) {
  for (int i = from; i < sk_X509_num(certificates); ++i) {
    if (selected(sk_X509_value(certificates, i), record) == record.data) return i;
  }
  return std::nullopt;
}

class TlsaMatcher {
 public:
  TlsaMatcher(const ChainFacts& chain, const TlsaReference& reference, const TrustStore& roots)
      : chain_(chain), reference_(reference), roots_(roots) {
    std::vector<std::string> der;
    for (const auto& certificate : chain.sent) der.push_back(certificate.der);
    sent_ = parse_all(der);
  }

  TlsaMatchFacts match(const TlsaRecord& record) const {
    TlsaMatchFacts facts{record};
    if (!record.usable()) {
      facts.match = TlsaMatch::unusable;
      return facts;
    }
    if (sk_X509_num(sent_.get()) <= 0) return facts;
    const bool end_entity = record.usage == static_cast<std::uint8_t>(TlsaUsage::dane_ee);
    // RFC 7671 §5.2: an authority issues, so that the leaf itself is none.
    const auto depth = find(sent_.get(), record, end_entity ? 0 : 1);
    facts.depth = depth.value_or(-1);
    if (end_entity) {
      // RFC 7672 §3.1.1: neither names nor dates nor issuers count.
      facts.match = facts.depth == 0 ? TlsaMatch::match : TlsaMatch::no_match;
      return facts;
    }
    facts.match = depth ? match_below(sk_X509_value(sent_.get(), *depth)) : absent(record);
    return facts;
  }

 private:
  // RFC 7672 §3.1.2: the chain up to the authority, dates, and names (§3.2.3).
  TlsaMatch match_below(X509* authority) const {
    const X509StorePtr trusted(X509_STORE_new());
    X509_STORE_add_cert(trusted.get(), authority);
    const auto verified =
        verify(sent_.get(), {trusted.get(), reference_.at, X509_V_FLAG_PARTIAL_CHAIN});
    const bool dates =
        verified.status == ChainStatus::expired || verified.status == ChainStatus::not_yet_valid;
    if (dates) return TlsaMatch::ta_expired;
    if (verified.status != ChainStatus::ok) return TlsaMatch::ta_chain;
    const bool named = std::ranges::any_of(reference_.names, [&](const std::string& name) {
      return names_host(chain_.sent.front(), name);
    });
    return named ? TlsaMatch::match : TlsaMatch::ta_wrong_name;
  }

  TlsaMatch absent(const TlsaRecord& record) const {
    const auto full =
        verify(sent_.get(), {roots_.native(), reference_.at, X509_V_FLAG_NO_CHECK_TIME});
    const bool known = full.chain && find(full.chain.get(), record, 1);
    return known ? TlsaMatch::ta_not_sent : TlsaMatch::no_match;
  }

  const ChainFacts& chain_;
  const TlsaReference& reference_;
  const TrustStore& roots_;
  X509StackPtr sent_;
};

}  // namespace

ChainFacts read_chain(std::span<const std::string> sent, const TrustStore& roots, WallTime at) {
  ChainFacts facts;
  facts.sent_count = sent.size();
  const auto stack = parse_all(sent.first(std::min(sent.size(), kMaxChainFacts)));
  const int count = sk_X509_num(stack.get());
  for (int i = 0; i < count; ++i)
    facts.sent.push_back(read_certificate(sk_X509_value(stack.get(), i)));
  if (count <= 0) return facts;
  judge_order(stack.get(), facts);
  auto verified = verify(stack.get(), {roots.native(), at});
  facts.status = verified.status;
  facts.detail = std::move(verified.detail);
  facts.depth = verified.depth;
  facts.status_at_any_time = facts.status;
  if (facts.status == ChainStatus::expired || facts.status == ChainStatus::not_yet_valid) {
    verified = verify(stack.get(), {roots.native(), at, X509_V_FLAG_NO_CHECK_TIME});
    facts.status_at_any_time = verified.status;
  }
  const int length = sk_X509_num(verified.chain.get());
  if (facts.status_at_any_time == ChainStatus::ok && length > 0)
    facts.trust_anchor = read_certificate(sk_X509_value(verified.chain.get(), length - 1)).subject;
  ERR_clear_error();
  return facts;
}

std::vector<TlsaMatchFacts> match_tlsa(const ChainFacts& chain, std::span<const TlsaRecord> records,
                                       const TlsaReference& reference, const TrustStore& roots) {
  const TlsaMatcher matcher(chain, reference, roots);
  std::vector<TlsaMatchFacts> results;
  for (const auto& record : records) results.push_back(matcher.match(record));
  ERR_clear_error();
  return results;
}

}  // namespace strictmx

#include "tls/client.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/text.h"
#include "tls/openssl_ptr.h"

namespace strictmx {
namespace {

constexpr int kMaxCertificates = 32;
constexpr const char* kRsaSignatures =
    "RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512";
constexpr const char* kEcdsaSignatures = "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448";

struct Settings {
  int min_version;
  int max_version;
  const char* ciphers;  // up to TLS 1.2
  const char* signatures = nullptr;
};

// Security level 1 is what mail needs to reach old servers at all; 0 is for looking only.
constexpr const char* kUsual = "DEFAULT:@SECLEVEL=1";
constexpr const char* kEvery = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";

Settings settings_of(TlsProfile profile) {
  switch (profile) {
    case TlsProfile::sender:
      return {TLS1_2_VERSION, TLS1_3_VERSION, kUsual};  // RFC 8461 §7.2
    case TlsProfile::anything:
      return {TLS1_VERSION, TLS1_3_VERSION, kEvery};
    case TlsProfile::old:
      return {TLS1_VERSION, TLS1_1_VERSION, kEvery};
    case TlsProfile::tls10:
      return {TLS1_VERSION, TLS1_VERSION, kEvery};
    case TlsProfile::tls12:
      return {TLS1_2_VERSION, TLS1_2_VERSION, kUsual};
    case TlsProfile::tls13:
      return {TLS1_3_VERSION, TLS1_3_VERSION, kUsual};
    case TlsProfile::rsa:
      return {TLS1_2_VERSION, TLS1_3_VERSION, "aRSA:!PSK:@SECLEVEL=1", kRsaSignatures};
    case TlsProfile::ecdsa:
      return {TLS1_2_VERSION, TLS1_3_VERSION, "aECDSA:!PSK:@SECLEVEL=1", kEcdsaSignatures};
  }
  return {TLS1_2_VERSION, TLS1_3_VERSION, kUsual};
}

std::optional<TlsVersion> version_of(const SSL* ssl) {
  switch (SSL_version(ssl)) {
    case SSL3_VERSION:
      return TlsVersion::ssl3;
    case TLS1_VERSION:
      return TlsVersion::tls10;
    case TLS1_1_VERSION:
      return TlsVersion::tls11;
    case TLS1_2_VERSION:
      return TlsVersion::tls12;
    case TLS1_3_VERSION:
      return TlsVersion::tls13;
    default:
      return std::nullopt;
  }
}

// The name a group has in RFC 8446 §4.2.7; OpenSSL has others for the curves of NIST.
std::string group_name(const EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_DH) return "DH";
  std::array<char, 64> name{};
  std::size_t length = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) != 1) {
    const char* const type = EVP_PKEY_get0_type_name(key);
    return type == nullptr ? "" : type;
  }
  const std::string_view text(name.data(), length);
  if (text == "prime256v1") return "P-256";
  if (text == "secp384r1") return "P-384";
  if (text == "secp521r1") return "P-521";
  return std::string(text);
}

HandshakeStatus classify_reason(int reason) {
  switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
      return HandshakeStatus::no_version;
    case SSL_R_WRONG_VERSION_NUMBER:  // of a record: whatever it is, it is not TLS
    case SSL_R_HTTP_REQUEST:
      return HandshakeStatus::not_tls;
    case SSL_R_DH_KEY_TOO_SMALL:
    case SSL_R_EE_KEY_TOO_SMALL:
    case SSL_R_CA_KEY_TOO_SMALL:
    case SSL_R_CA_MD_TOO_WEAK:
    case SSL_R_EXCESSIVE_MESSAGE_SIZE:
      return HandshakeStatus::weak;
    default:
      return HandshakeStatus::protocol;
  }
}

std::string reason_text(unsigned long error) {
  const char* const text = ERR_reason_error_string(error);
  return text == nullptr ? "no reason given" : text;
}

// A peer that wants a certificate says so in several ways (RFC 8446 §6.2, RFC 5246 §7.2.2).
bool wants_certificate(int alert) {
  return alert == SSL_AD_CERTIFICATE_REQUIRED || alert == SSL_AD_HANDSHAKE_FAILURE ||
         alert == SSL_AD_BAD_CERTIFICATE || alert == SSL_AD_CERTIFICATE_UNKNOWN;
}

}  // namespace

struct TlsClientState {
  SslPtr ssl;
  TlsFacts facts;
  std::vector<std::string> certificates;
  int alert = -1;     // the last fatal one that came; -1: none
  bool over = false;  // nothing can be read or written any more

  TlsWant end(HandshakeStatus status, std::string detail) {
    facts.status = status;
    facts.detail = std::move(detail);
    over = true;
    return TlsWant::nothing;
  }
  TlsWant note_alert_as_end();
  TlsWant judge(int result);
  TlsWant judge_later(int result);
  TlsWant note_session();
  void note_key_exchange();

  static TlsClientState& of(const SSL* ssl) {
    return *static_cast<TlsClientState*>(SSL_get_app_data(ssl));
  }
};

namespace {

// Keeps what the server sent; what it is worth is judged later, by tls/chain_facts.
// noexcept: nothing may be thrown through OpenSSL.
int keep_certificates(X509_STORE_CTX* context, void*) noexcept {
  auto* const ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& certificates = TlsClientState::of(ssl).certificates;
  certificates.clear();
  auto* const sent = X509_STORE_CTX_get0_untrusted(context);  // the leaf is among them
  for (int i = 0; i < std::min(sk_X509_num(sent), kMaxCertificates); ++i) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(sk_X509_value(sent, i), &der);
    if (size > 0)
      certificates.emplace_back(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
  }
  return 1;
}

int note_certificate_request(SSL* ssl, X509**, EVP_PKEY**) {
  TlsClientState::of(ssl).facts.asked_for_certificate = true;
  return 0;  // we have none
}

void note_alert(const SSL* ssl, int where, int alert) {
  const bool fatal = (alert >> 8) == SSL3_AL_FATAL;
  if (where == SSL_CB_READ_ALERT && fatal) TlsClientState::of(ssl).alert = alert & 0xff;
}

}  // namespace

TlsWant TlsClientState::note_alert_as_end() {
  const bool certificate = facts.asked_for_certificate && wants_certificate(alert);
  return end(certificate ? HandshakeStatus::certificate_ask : HandshakeStatus::alert,
             fmt::format("alert: {}", SSL_alert_desc_string_long(alert)));
}

// What must happen after a call that returned `result`; errno must still be its own.
TlsWant TlsClientState::judge(int result) {
  const int system_error = errno;
  const int code = SSL_get_error(ssl.get(), result);
  if (code == SSL_ERROR_WANT_READ) return TlsWant::read;
  if (code == SSL_ERROR_WANT_WRITE) return TlsWant::write;
  const auto error = ERR_peek_error();
  ERR_clear_error();
  if (alert >= 0) return note_alert_as_end();
  const int reason = ERR_GET_REASON(error);
  const bool cut = error != 0 && reason == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  if (cut || code == SSL_ERROR_ZERO_RETURN) return end(HandshakeStatus::closed, "closed");
  if (code == SSL_ERROR_SYSCALL || error == 0)
    return end(HandshakeStatus::closed,
               system_error == ECONNRESET || system_error == EPIPE ? "reset" : "closed");
  return end(classify_reason(reason), reason_text(error));
}

// After the handshake only a peer that refuses us changes what it came to.
TlsWant TlsClientState::judge_later(int result) {
  const auto before = facts;
  const auto want = judge(result);
  if (over && facts.status != HandshakeStatus::certificate_ask) facts = before;
  return want;
}

TlsWant TlsClientState::note_session() {
  const auto* const cipher = SSL_get_current_cipher(ssl.get());
  const auto version = version_of(ssl.get());
  if (cipher == nullptr || !version) return end(HandshakeStatus::local, "no session");
  facts.status = HandshakeStatus::done;
  facts.version = *version;
  if (const char* name = SSL_CIPHER_standard_name(cipher); name != nullptr) facts.cipher = name;
  facts.cipher_bits = static_cast<unsigned>(SSL_CIPHER_get_bits(cipher, nullptr));
  facts.anonymous = SSL_CIPHER_get_auth_nid(cipher) == NID_auth_null;
  facts.compression = SSL_get_current_compression(ssl.get()) != nullptr;
  const bool modern = *version == TlsVersion::tls13;
  facts.extended_master_secret = modern || SSL_get_extms_support(ssl.get()) == 1;
  facts.secure_renegotiation = modern || SSL_get_secure_renegotiation_support(ssl.get()) == 1;
  unsigned char* response = nullptr;
  facts.stapled = SSL_get_tlsext_status_ocsp_resp(ssl.get(), &response) > 0;
  const unsigned char* protocol = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl.get(), &protocol, &length);
  facts.alpn.assign(reinterpret_cast<const char*>(protocol), length);
  note_key_exchange();
  return TlsWant::nothing;
}

void TlsClientState::note_key_exchange() {
  const int kind = SSL_CIPHER_get_kx_nid(SSL_get_current_cipher(ssl.get()));
  facts.forward_secrecy = kind == NID_kx_any || kind == NID_kx_ecdhe || kind == NID_kx_dhe;
  EVP_PKEY* raw = nullptr;
  if (SSL_get_peer_tmp_key(ssl.get(), &raw) != 1) return;
  const KeyPtr key(raw);
  facts.group = group_name(key.get());
  facts.group_bits = static_cast<unsigned>(std::max(0, EVP_PKEY_get_bits(key.get())));
}

void TlsClientContext::Free::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

Result<TlsClientContext> TlsClientContext::make(TlsProfile profile) {
  const auto settings = settings_of(profile);
  TlsClientContext made;
  made.context_.reset(SSL_CTX_new(TLS_client_method()));
  auto* const context = made.native();
  const bool good = context != nullptr && SSL_CTX_set_cipher_list(context, settings.ciphers) == 1 &&
                    SSL_CTX_set_min_proto_version(context, settings.min_version) == 1 &&
                    SSL_CTX_set_max_proto_version(context, settings.max_version) == 1 &&
                    (settings.signatures == nullptr ||
                     SSL_CTX_set1_sigalgs_list(context, settings.signatures) == 1);
  if (!good) {
    const auto error = ERR_peek_error();
    ERR_clear_error();
    return fail(Errc::unsupported, "OpenSSL: " + reason_text(error));
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, keep_certificates, nullptr);
  SSL_CTX_set_client_cert_cb(context, note_certificate_request);
  SSL_CTX_set_info_callback(context, note_alert);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (profile == TlsProfile::anything) SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
  return made;
}

TlsClient::TlsClient(std::unique_ptr<TlsClientState> state) : state_(std::move(state)) {}
TlsClient::TlsClient(TlsClient&&) noexcept = default;
TlsClient& TlsClient::operator=(TlsClient&&) noexcept = default;
TlsClient::~TlsClient() = default;

Result<TlsClient> TlsClient::create(const TlsClientContext& context, int fd,
                                    const TlsClientOptions& options) {
  auto state = std::make_unique<TlsClientState>();
  state->ssl.reset(SSL_new(context.native()));
  auto* const ssl = state->ssl.get();
  bool good = ssl != nullptr && SSL_set_fd(ssl, fd) == 1 && SSL_set_app_data(ssl, state.get()) == 1;
  if (good && !options.server_name.empty())
    good = SSL_set_tlsext_host_name(ssl, options.server_name.c_str()) == 1;
  if (good && !options.alpn.empty()) {
    const auto list = std::string(1, static_cast<char>(options.alpn.size())) + options.alpn;
    good = SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(list.data()),
                               static_cast<unsigned>(list.size())) == 0;
  }
  ERR_clear_error();
  if (!good) return fail(Errc::io, "OpenSSL: no memory, or a server name it refuses");
  SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
  SSL_set_connect_state(ssl);
  state->facts.server_name = options.server_name;
  return TlsClient(std::move(state));
}

TlsWant TlsClient::handshake() {
  if (state_->over || state_->facts.status == HandshakeStatus::done) return TlsWant::nothing;
  ERR_clear_error();
  errno = 0;
  const int result = SSL_do_handshake(state_->ssl.get());
  return result == 1 ? state_->note_session() : state_->judge(result);
}

TlsProgress TlsClient::read(std::span<char> into) {
  if (state_->over || state_->facts.status != HandshakeStatus::done) return {};
  ERR_clear_error();
  errno = 0;
  std::size_t got = 0;
  const int result = SSL_read_ex(state_->ssl.get(), into.data(), into.size(), &got);
  if (result == 1) return {TlsWant::nothing, got};
  return {state_->judge_later(result), 0};
}

TlsProgress TlsClient::write(std::string_view data) {
  if (state_->over || state_->facts.status != HandshakeStatus::done) return {};
  ERR_clear_error();
  errno = 0;
  std::size_t put = 0;
  const int result = SSL_write_ex(state_->ssl.get(), data.data(), data.size(), &put);
  if (result == 1) return {TlsWant::nothing, put};
  return {state_->judge_later(result), 0};
}

void TlsClient::close_notify() {
  if (state_->over || state_->facts.status != HandshakeStatus::done) return;
  SSL_shutdown(state_->ssl.get());
  ERR_clear_error();
  state_->over = true;
}

const TlsFacts& TlsClient::facts() const { return state_->facts; }
const std::vector<std::string>& TlsClient::certificates() const { return state_->certificates; }

}  // namespace strictmx

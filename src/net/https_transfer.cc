#include "net/https_transfer.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "wire/http_content_type.h"

namespace strictmx {
namespace {

constexpr std::size_t kMaxBody = 65536;    // RFC 8461 §3.3 suggests 64 KB
constexpr std::size_t kMaxHeader = 16384;  // octets of all heads of one answer
constexpr unsigned kMaxInterim = 8;        // 1xx responses
constexpr std::uint16_t kHttpsPort = 443;

FetchOutcome outcome(FetchStatus status, std::string detail) {
  return {status, {}, std::move(detail)};
}

std::optional<IpAddress> address_of(const curl_sockaddr& from) {
  if (from.family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from.addr);
    std::array<std::uint8_t, 4> octets;
    std::memcpy(octets.data(), &v4.sin_addr, octets.size());
    return IpAddress::v4(octets);
  }
  if (from.family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from.addr);
    std::array<std::uint8_t, 16> octets;
    std::memcpy(octets.data(), &v6.sin6_addr, octets.size());
    return IpAddress::v6(octets);
  }
  return std::nullopt;
}

std::string pinned(const HttpsGet& get) {
  // "+": should nobody unpin it, the entry leaves libcurl's host cache by age.
  std::string entry = fmt::format("+{}:{}:", get.host.text(), get.port);
  for (std::size_t i = 0; i < get.addresses.size(); ++i) {
    const auto& address = get.addresses[i];
    if (i > 0) entry += ',';
    entry += address.is_v4() ? address.text() : '[' + address.text() + ']';
  }
  return entry;
}

}  // namespace

HttpsTransfer::HttpsTransfer(const HttpsGet& get, const TrustStore& roots, Millis time_left,
                             std::vector<std::string> unpin)
    : unpin_(std::move(unpin)), get_(get), roots_(roots), peer_{get.host}, easy_(curl_easy_init()) {
  if (!easy_) return;
  set_request();
  set_tls();
  set_refusals();
  pin_addresses();
  curl_easy_setopt(handle(), CURLOPT_TIMEOUT_MS,
                   static_cast<long>(std::max(time_left, Millis(1)).count()));
}

void HttpsTransfer::set_request() {
  const auto url = fmt::format("https://{}{}", get_.host.text(), get_.path);
  curl_easy_setopt(handle(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle(), CURLOPT_HTTPGET, 1L);
  curl_easy_setopt(handle(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle(), CURLOPT_PATH_AS_IS, 1L);
  fields_.reset(curl_slist_append(nullptr, "Accept: text/plain"));
  curl_slist_append(fields_.get(), "Accept-Encoding: identity");
  curl_slist_append(fields_.get(), "Connection: close");
  curl_easy_setopt(handle(), CURLOPT_HTTPHEADER, fields_.get());
  curl_easy_setopt(handle(), CURLOPT_USERAGENT, "strictmx");
  curl_easy_setopt(handle(), CURLOPT_ERRORBUFFER, error_text_.data());
  curl_easy_setopt(handle(), CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(handle(), CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle(), CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(handle(), CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle(), CURLOPT_MAXFILESIZE, static_cast<long>(kMaxBody));
}

// libcurl's own roots are switched off (parsing them costs more than the fetch); its own name
// check stays on as a second one, although ours is stricter.
void HttpsTransfer::set_tls() {
  curl_easy_setopt(handle(), CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(handle(), CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle(), CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(handle(), CURLOPT_CAINFO, nullptr);
  curl_easy_setopt(handle(), CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(handle(), CURLOPT_SSL_ENABLE_ALPN, 1L);
  curl_easy_setopt(handle(), CURLOPT_SSL_SESSIONID_CACHE, 0L);
  curl_easy_setopt(handle(), CURLOPT_SSL_CTX_FUNCTION, on_ssl_context);
  curl_easy_setopt(handle(), CURLOPT_SSL_CTX_DATA, this);
}

void HttpsTransfer::set_refusals() {
  curl_easy_setopt(handle(), CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(handle(), CURLOPT_FOLLOWLOCATION, 0L);  // RFC 8461 §3.3
  curl_easy_setopt(handle(), CURLOPT_HTTP09_ALLOWED, 0L);
  curl_easy_setopt(handle(), CURLOPT_PROXY, "");  // also not the one of the environment
  curl_easy_setopt(handle(), CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(handle(), CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(handle(), CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(handle(), CURLOPT_NOSIGNAL, 1L);
}

std::string HttpsTransfer::pin() const {
  return fmt::format("-{}:{}", get_.host.text(), get_.port);
}

void HttpsTransfer::pin_addresses() {
  // libcurl walks its whole host cache for each transfer: finished ones must not linger there.
  curl_slist* entries = nullptr;
  for (const auto& entry : unpin_) entries = curl_slist_append(entries, entry.c_str());
  resolve_.reset(curl_slist_append(entries, pinned(get_).c_str()));
  curl_easy_setopt(handle(), CURLOPT_RESOLVE, resolve_.get());
  curl_easy_setopt(handle(), CURLOPT_DNS_CACHE_TIMEOUT, 60L);
  curl_easy_setopt(handle(), CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  curl_easy_setopt(handle(), CURLOPT_OPENSOCKETDATA, this);
  if (get_.port == kHttpsPort) return;
  // Keeps URL and Host as they are on the Internet.
  const auto route = fmt::format("{0}:{1}:{0}:{2}", get_.host.text(), kHttpsPort, get_.port);
  connect_to_.reset(curl_slist_append(nullptr, route.c_str()));
  curl_easy_setopt(handle(), CURLOPT_CONNECT_TO, connect_to_.get());
}

// Less than was offered makes libcurl break off.
std::size_t HttpsTransfer::refuse(FetchStatus status, std::string detail) {
  if (!refusal_) refusal_ = outcome(status, std::move(detail));
  return 0;
}

// One line with its end. Lines after the final head are trailers, which only count.
std::size_t HttpsTransfer::take_header(std::string_view line) {
  header_octets_ += line.size();
  if (header_octets_ > kMaxHeader)
    return refuse(FetchStatus::too_large, fmt::format("header over {} octets", kMaxHeader));
  if (head_accepted_) return line.size();
  if (line.starts_with("HTTP/")) {
    content_type_.clear();
    content_coding_.clear();
    transfer_coding_.clear();
    old_version_ = line.starts_with("HTTP/1.0");
    return line.size();
  }
  if (line != "\r\n" && line != "\n") {
    note_field(line);
    return line.size();
  }
  refusal_ = judge_head();
  return refusal_ ? 0 : line.size();
}

// Several Content-Type fields become a list, which is no media type; so do codings.
void HttpsTransfer::note_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const auto name = trim_blanks(line.substr(0, colon));
  auto value = line.substr(colon + 1);
  while (value.ends_with('\n') || value.ends_with('\r')) value.remove_suffix(1);
  const auto append = [&](std::string& to) {
    if (!to.empty()) to += ", ";
    to += trim_blanks(value);
  };
  if (equals_ignore_case(name, "content-type")) append(content_type_);
  if (equals_ignore_case(name, "content-encoding")) append(content_coding_);
  if (equals_ignore_case(name, "transfer-encoding")) append(transfer_coding_);
}

// At the end of a head: what forbids to read on.
std::optional<FetchOutcome> HttpsTransfer::judge_head() {
  long status = 0;
  curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
  const auto name = fmt::format("http-{}", status);
  if (status >= 100 && status < 200) {
    if (++interim_ <= kMaxInterim) return std::nullopt;
    return outcome(FetchStatus::protocol_error,
                   fmt::format("over {} interim responses", kMaxInterim));
  }
  if (status >= 300 && status < 400) return outcome(FetchStatus::redirected, name);
  if (status != 200) return outcome(FetchStatus::http_status, name);
  if (auto refused = judge_codings()) return refused;
  if (!is_text_plain(content_type_)) {
    if (content_type_.empty()) return outcome(FetchStatus::media_type, "no media type");
    return outcome(FetchStatus::media_type,
                   "media type \"" + escape_remote(content_type_, 64) + '"');
  }
  head_accepted_ = true;
  return std::nullopt;
}

// We asked for none, and a size limit must hold for what was decoded. HTTP/1.0 knows no transfer
// codings (RFC 9112 §6.1).
std::optional<FetchOutcome> HttpsTransfer::judge_codings() const {
  if (!content_coding_.empty() && !equals_ignore_case(content_coding_, "identity"))
    return outcome(FetchStatus::media_type,
                   "content coding \"" + escape_remote(content_coding_, 64) + '"');
  const bool plain = transfer_coding_.empty() ||
                     (equals_ignore_case(transfer_coding_, "chunked") && !old_version_);
  if (!plain)
    return outcome(FetchStatus::protocol_error,
                   "transfer coding \"" + escape_remote(transfer_coding_, 64) + '"');
  return std::nullopt;
}

// libcurl has checked lengths and chunks, but takes a cut connection for the end of a body that
// has neither (RFC 9112 §9.8).
bool HttpsTransfer::body_is_complete() const {
  curl_off_t length = -1;
  curl_easy_getinfo(handle(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  return length >= 0 || !transfer_coding_.empty() || peer_.close_notified;
}

std::size_t HttpsTransfer::take_body(std::string_view data) {
  if (!head_accepted_) return refuse(FetchStatus::protocol_error, "octets without a final head");
  if (data.size() > kMaxBody - body_.size())
    return refuse(FetchStatus::too_large, fmt::format("body over {} octets", kMaxBody));
  body_ += data;
  return data.size();
}

std::size_t HttpsTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<HttpsTransfer*>(self)->take_header(std::string_view(data, size * count));
}

std::size_t HttpsTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<HttpsTransfer*>(self)->take_body(std::string_view(data, size * count));
}

CURLcode HttpsTransfer::on_ssl_context(CURL*, void* context, void* arg) {
  auto& self = *static_cast<HttpsTransfer*>(arg);
  const bool done =
      require_verified_peer(static_cast<ssl_ctx_st*>(context), self.roots_, self.peer_);
  return done ? CURLE_OK : CURLE_SSL_CONNECT_ERROR;
}

// Second guard: nothing but a pinned address is connected to, whatever libcurl resolved.
curl_socket_t HttpsTransfer::on_open_socket(void* arg, curlsocktype, curl_sockaddr* to) {
  auto& self = *static_cast<HttpsTransfer*>(arg);
  const auto address = address_of(*to);
  if (!address || std::ranges::find(self.get_.addresses, *address) == self.get_.addresses.end()) {
    self.refuse(FetchStatus::address_refused, "not an address that was looked up");
    return CURL_SOCKET_BAD;
  }
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

std::string HttpsTransfer::words(CURLcode code) const {
  const std::string_view text(error_text_.data());
  return escape_remote(text.empty() ? curl_easy_strerror(code) : text, 160);
}

std::string HttpsTransfer::timeout_phase() const {
  curl_off_t connected = 0;
  curl_off_t secured = 0;
  curl_easy_getinfo(handle(), CURLINFO_CONNECT_TIME_T, &connected);
  curl_easy_getinfo(handle(), CURLINFO_APPCONNECT_TIME_T, &secured);
  if (connected == 0) return "while connecting";
  if (secured == 0) return "in the TLS handshake";
  return head_accepted_ ? "in the body" : "before the answer's head was complete";
}

FetchOutcome HttpsTransfer::transport_failure(CURLcode code) const {
  const bool secured = peer_.verdict && peer_.verdict->status == FetchStatus::ok;
  switch (static_cast<int>(code)) {
    case CURLE_OPERATION_TIMEDOUT:
      return outcome(FetchStatus::timeout, timeout_phase());
    case CURLE_COULDNT_CONNECT: {
      long number = 0;
      curl_easy_getinfo(handle(), CURLINFO_OS_ERRNO, &number);
      return outcome(FetchStatus::connect_failed,
                     number != 0 ? std::strerror(static_cast<int>(number)) : words(code));
    }
    case CURLE_COULDNT_RESOLVE_HOST:
      return outcome(FetchStatus::dns_failure, words(code));
    case CURLE_PEER_FAILED_VERIFICATION:
      if (secured) return outcome(FetchStatus::certificate_name, words(code));
      return outcome(FetchStatus::tls_failed, words(code));
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return outcome(FetchStatus::tls_failed, words(code));
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
      return outcome(FetchStatus::truncated, words(code));
    case CURLE_RECV_ERROR: {
      // libcurl has one code for a lost connection and for broken chunks.
      const bool chunks = words(code).find("chunk") != std::string::npos;
      return outcome(chunks ? FetchStatus::protocol_error : FetchStatus::truncated, words(code));
    }
    case CURLE_FILESIZE_EXCEEDED:
      return outcome(FetchStatus::too_large, fmt::format("body over {} octets", kMaxBody));
    case CURLE_OUT_OF_MEMORY:
      // libcurl's own limit for one header line without an end.
      if (secured && !head_accepted_)
        return outcome(FetchStatus::too_large, fmt::format("header over {} octets", kMaxHeader));
      return outcome(FetchStatus::protocol_error, words(code));
    default:
      return outcome(FetchStatus::protocol_error, words(code));
  }
}

FetchOutcome HttpsTransfer::finish(CURLcode code) {
  if (refusal_) return std::move(*refusal_);
  if (peer_.verdict && peer_.verdict->status != FetchStatus::ok)
    return outcome(peer_.verdict->status, peer_.verdict->detail);
  if (code != CURLE_OK) return transport_failure(code);
  if (!peer_.verdict) return outcome(FetchStatus::tls_failed, "the certificate was not checked");
  if (!head_accepted_) return outcome(FetchStatus::truncated, "ended within the head");
  if (!body_is_complete()) return outcome(FetchStatus::truncated, "TLS ended without close_notify");
  return {FetchStatus::ok, std::move(body_), {}};
}

}  // namespace strictmx

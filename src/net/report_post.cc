#include "net/report_post.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxAnswer = 65536;  // octets of heads and body together
constexpr long kTimeoutMs = 60000;

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

std::optional<Seconds> read_retry_after(std::string_view text) {  // RFC 9110 §10.2.3, seconds only
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  return Seconds(std::min<std::int64_t>(seconds, 86400));
}

}  // namespace

ReportPost::ReportPost(const ReportUri& uri, const std::string& body,
                       const std::vector<IpAddress>& addresses, const TrustStore& roots,
                       Check check)
    : uri_(uri),
      body_(body),
      addresses_(addresses),
      roots_(roots),
      peer_{uri.host},
      easy_(curl_easy_init()) {
  if (!easy_) return;
  set_request();
  set_tls(check);
  pin_addresses();
}

void ReportPost::set_request() {
  const auto url = uri_.port == 443
                       ? fmt::format("https://{}{}", uri_.host.text(), uri_.target)
                       : fmt::format("https://{}:{}{}", uri_.host.text(), uri_.port, uri_.target);
  curl_easy_setopt(handle(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle(), CURLOPT_POST, 1L);
  curl_easy_setopt(handle(), CURLOPT_POSTFIELDS, body_.data());
  curl_easy_setopt(handle(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body_.size()));
  curl_easy_setopt(handle(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle(), CURLOPT_PATH_AS_IS, 1L);
  // RFC 8460 §5.4, RPT-T16: the type says gzip, so there is no Content-Encoding.
  fields_.reset(curl_slist_append(nullptr, "Content-Type: application/tlsrpt+gzip"));
  curl_slist_append(fields_.get(), "Expect:");
  curl_slist_append(fields_.get(), "Accept:");
  curl_easy_setopt(handle(), CURLOPT_HTTPHEADER, fields_.get());
  curl_easy_setopt(handle(), CURLOPT_USERAGENT, "strictmx");
  curl_easy_setopt(handle(), CURLOPT_ERRORBUFFER, error_text_.data());
  curl_easy_setopt(handle(), CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(handle(), CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle(), CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(handle(), CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle(), CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(handle(), CURLOPT_FOLLOWLOCATION, 0L);  // RPT-T20
  curl_easy_setopt(handle(), CURLOPT_HTTP09_ALLOWED, 0L);
  curl_easy_setopt(handle(), CURLOPT_PROXY, "");
  curl_easy_setopt(handle(), CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(handle(), CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(handle(), CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(handle(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle(), CURLOPT_TIMEOUT_MS, kTimeoutMs);
}

void ReportPost::set_tls(Check check) {
  const bool verify = check == Check::certificate;
  curl_easy_setopt(handle(), CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(handle(), CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
  curl_easy_setopt(handle(), CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
  curl_easy_setopt(handle(), CURLOPT_CAINFO, nullptr);
  curl_easy_setopt(handle(), CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(handle(), CURLOPT_SSL_SESSIONID_CACHE, 0L);
  if (!verify) return;
  curl_easy_setopt(handle(), CURLOPT_SSL_CTX_FUNCTION, on_ssl_context);
  curl_easy_setopt(handle(), CURLOPT_SSL_CTX_DATA, this);
}

void ReportPost::pin_addresses() {
  std::string entry = fmt::format("+{}:{}:", uri_.host.text(), uri_.port);
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    const auto& address = addresses_[i];
    if (i > 0) entry += ',';
    entry += address.is_v4() ? address.text() : '[' + address.text() + ']';
  }
  resolve_.reset(curl_slist_append(nullptr, entry.c_str()));
  curl_easy_setopt(handle(), CURLOPT_RESOLVE, resolve_.get());
  curl_easy_setopt(handle(), CURLOPT_DNS_CACHE_TIMEOUT, 60L);
  curl_easy_setopt(handle(), CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  curl_easy_setopt(handle(), CURLOPT_OPENSOCKETDATA, this);
}

std::size_t ReportPost::take_header(std::string_view line) {
  constexpr std::string_view kName = "retry-after:";
  received_ += line.size();
  if (received_ > kMaxAnswer) return 0;
  if (equals_ignore_case(line.substr(0, kName.size()), kName)) {
    auto value = trim_blanks(line.substr(kName.size()));
    while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) value.remove_suffix(1);
    retry_after_ = trim_blanks(value);
  }
  return line.size();
}

bool ReportPost::untrusted() const {
  return peer_.verdict && peer_.verdict->status != FetchStatus::ok;
}

// RFC 8460 §5.4, RPT-T18. A body that is too long or cut off changes nothing of the status.
AttemptOutcome ReportPost::finish(CURLcode code) const {
  using Kind = AttemptOutcome::Kind;
  long status = 0;
  curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
  if (status >= 200) {
    const auto detail = fmt::format("HTTP {}", status);
    if (status < 300) return {Kind::accepted, detail};
    const bool later = status == 408 || status == 425 || status == 429 || status >= 500;
    return {later ? Kind::deferred : Kind::refused, detail, read_retry_after(retry_after_)};
  }
  if (untrusted()) return {Kind::deferred, peer_.verdict->detail};
  const std::string_view words(error_text_.data());
  return {Kind::deferred,
          words.empty() ? std::string(curl_easy_strerror(code)) : std::string(words)};
}

std::size_t ReportPost::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<ReportPost*>(self)->take_header({data, size * count});
}

std::size_t ReportPost::on_body(char*, std::size_t size, std::size_t count, void* arg) {
  auto& self = *static_cast<ReportPost*>(arg);
  self.received_ += size * count;
  return self.received_ > kMaxAnswer ? 0 : size * count;
}

CURLcode ReportPost::on_ssl_context(CURL*, void* context, void* arg) {
  auto& self = *static_cast<ReportPost*>(arg);
  const bool done =
      require_verified_peer(static_cast<ssl_ctx_st*>(context), self.roots_, self.peer_);
  return done ? CURLE_OK : CURLE_SSL_CONNECT_ERROR;
}

// Nothing but a vetted address is connected to, whatever libcurl resolved.
curl_socket_t ReportPost::on_open_socket(void* arg, curlsocktype, curl_sockaddr* to) {
  const auto& self = *static_cast<ReportPost*>(arg);
  const auto address = address_of(*to);
  if (!address || std::ranges::find(self.addresses_, *address) == self.addresses_.end()) {
    return CURL_SOCKET_BAD;
  }
  return socket(to->family, to->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, to->protocol);
}

}  // namespace strictmx

#include "net/mail_submit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr long kTimeoutMs = 60000;
constexpr std::size_t kMaxReplyLine = 512;

}  // namespace

MailSubmit::MailSubmit(const OutgoingMail& mail, const MailRelay& relay, Tls tls)
    : mail_(mail), easy_(curl_easy_init()) {
  if (!easy_) return;
  const bool literal = relay.host.find(':') != std::string::npos;
  // The path is what EHLO says.
  const auto url = fmt::format("smtp://{}{}{}:{}/{}", literal ? "[" : "", relay.host,
                               literal ? "]" : "", relay.port, mail.from.domain().text());
  curl_easy_setopt(handle(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle(), CURLOPT_PROTOCOLS_STR, "smtp");
  const auto from = fmt::format("<{}>", mail.from.text());
  curl_easy_setopt(handle(), CURLOPT_MAIL_FROM, from.c_str());
  recipients_.reset(curl_slist_append(nullptr, fmt::format("<{}>", mail.to.text()).c_str()));
  curl_easy_setopt(handle(), CURLOPT_MAIL_RCPT, recipients_.get());
  curl_easy_setopt(handle(), CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle(), CURLOPT_READFUNCTION, on_read);
  curl_easy_setopt(handle(), CURLOPT_READDATA, this);
  curl_easy_setopt(handle(), CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail.text.size()));
  curl_easy_setopt(handle(), CURLOPT_HEADERFUNCTION, on_reply);
  curl_easy_setopt(handle(), CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle(), CURLOPT_USE_SSL,
                   static_cast<long>(tls == Tls::if_offered ? CURLUSESSL_TRY : CURLUSESSL_NONE));
  curl_easy_setopt(handle(), CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(handle(), CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(handle(), CURLOPT_PROXY, "");
  curl_easy_setopt(handle(), CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(handle(), CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(handle(), CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(handle(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle(), CURLOPT_TIMEOUT_MS, kTimeoutMs);
  curl_easy_setopt(handle(), CURLOPT_ERRORBUFFER, error_text_.data());
}

bool MailSubmit::tls_failed(CURLcode code) {
  return code == CURLE_SSL_CONNECT_ERROR || code == CURLE_USE_SSL_FAILED ||
         code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CIPHER;
}

// A 5xx greeting or MAIL reply is about us and may pass; one to RCPT or DATA is about the report.
// libcurl tells the last code, not the step; a relay that has a mind about us says so with 4xx.
AttemptOutcome MailSubmit::finish(CURLcode code) const {
  using Kind = AttemptOutcome::Kind;
  long status = 0;
  curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
  const auto detail = fmt::format("SMTP {}", escape_remote(last_reply_, 200));
  if (code == CURLE_OK) return {Kind::accepted, detail};
  const bool answered = code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
                        code == CURLE_UPLOAD_FAILED || code == CURLE_WEIRD_SERVER_REPLY ||
                        code == CURLE_LOGIN_DENIED;
  if (answered && status >= 500 && status < 600) return {Kind::rejected, detail};
  if (answered && status >= 400) return {Kind::deferred, detail};
  const std::string_view words(error_text_.data());
  return {Kind::deferred,
          words.empty() ? std::string(curl_easy_strerror(code)) : std::string(words)};
}

std::size_t MailSubmit::on_read(char* to, std::size_t size, std::size_t count, void* arg) {
  auto& self = *static_cast<MailSubmit*>(arg);
  const auto rest = std::string_view(self.mail_.text).substr(self.sent_);
  const auto part = rest.substr(0, size * count);
  std::memcpy(to, part.data(), part.size());
  self.sent_ += part.size();
  return part.size();
}

std::size_t MailSubmit::on_reply(char* data, std::size_t size, std::size_t count, void* arg) {
  auto& self = *static_cast<MailSubmit*>(arg);
  std::string_view line(data, size * count);
  const auto all = line.size();
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (self.answered_) return all;
  self.last_reply_ = line.substr(0, kMaxReplyLine);
  const bool ends = line.size() <= 3 || line[3] != '-';
  self.answered_ = ends && self.sent_ == self.mail_.text.size();
  return all;
}

}  // namespace strictmx

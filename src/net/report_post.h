// net/report_post.h: one HTTPS POST of a report: the settings of one libcurl handle, and what its
// end means (RFC 8460 §5.4). Private to net: included by report_sender.cc only.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/ip_address.h"
#include "core/report/delivery_status.h"
#include "core/tlsrpt_record.h"
#include "net/curl_runner.h"
#include "tls/verify.h"

namespace strictmx {

class ReportPost {
 public:
  enum class Check : std::uint8_t { certificate, nothing };

  // All must outlive the object, `body` unchanged.
  ReportPost(const ReportUri& uri, const std::string& body, const std::vector<IpAddress>& addresses,
             const TrustStore& roots, Check check);
  ReportPost(const ReportPost&) = delete;
  ReportPost& operator=(const ReportPost&) = delete;

  CURL* handle() const { return easy_.get(); }
  AttemptOutcome finish(CURLcode code) const;
  // The certificate alone was the trouble.
  bool untrusted() const;

 private:
  void set_request();
  void set_tls(Check check);
  void pin_addresses();
  std::size_t take_header(std::string_view line);

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static CURLcode on_ssl_context(CURL*, void* context, void* self);
  static curl_socket_t on_open_socket(void* self, curlsocktype, curl_sockaddr* address);

  const ReportUri& uri_;
  const std::string& body_;
  const std::vector<IpAddress>& addresses_;
  const TrustStore& roots_;
  PeerCheck peer_;
  CurlList resolve_;
  CurlList fields_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  std::size_t received_ = 0;
  std::string retry_after_;
  CurlEasy easy_;  // last: its end uses the members above
};

}  // namespace strictmx

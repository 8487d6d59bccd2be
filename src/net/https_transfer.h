// net/https_transfer.h: one GET of a small text document over verified TLS: the settings of one
// libcurl handle, what it is told while it runs, and what the end means. Private to net: included
// by https_client.cc only.
// Rules: RFC 8461 §3.2, §3.3 (only 200, text/plain, no redirect, no cache), RFC 9110, RFC 9112.
#pragma once
#include <curl/curl.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/fetch_outcome.h"
#include "net/https_client.h"
#include "tls/verify.h"

namespace strictmx {

class HttpsTransfer {
 public:
  // `unpin`: what earlier transfers of the same loop gave as pin(), once they have ended.
  HttpsTransfer(const HttpsGet& get, const TrustStore& roots, Millis time_left,
                std::vector<std::string> unpin);
  HttpsTransfer(const HttpsTransfer&) = delete;
  HttpsTransfer& operator=(const HttpsTransfer&) = delete;

  // Null when there is no memory. Must be out of its loop when this object dies.
  CURL* handle() const { return easy_.get(); }

  // What this transfer leaves in libcurl's host cache, to be handed to a later one.
  std::string pin() const;

  // What the transfer came to. Called once, at its end.
  FetchOutcome finish(CURLcode code);

 private:
  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  using List = std::unique_ptr<curl_slist, FreeList>;

  void set_request();
  void set_tls();
  void set_refusals();
  void pin_addresses();
  std::size_t refuse(FetchStatus status, std::string detail);
  std::size_t take_header(std::string_view line);
  void note_field(std::string_view line);
  std::optional<FetchOutcome> judge_head();
  std::optional<FetchOutcome> judge_codings() const;
  bool body_is_complete() const;
  std::size_t take_body(std::string_view data);
  FetchOutcome transport_failure(CURLcode code) const;
  std::string words(CURLcode code) const;
  std::string timeout_phase() const;

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static CURLcode on_ssl_context(CURL*, void* context, void* self);
  static curl_socket_t on_open_socket(void* self, curlsocktype, curl_sockaddr* address);

  const std::vector<std::string> unpin_;
  const HttpsGet get_;
  const TrustStore& roots_;
  PeerCheck peer_;
  List resolve_;
  List connect_to_;
  List fields_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};

  std::size_t header_octets_ = 0;
  unsigned interim_ = 0;      // 1xx responses seen
  std::string content_type_;  // of the response being read
  std::string content_coding_;
  std::string transfer_coding_;
  bool old_version_ = false;    // HTTP/1.0
  bool head_accepted_ = false;  // a final head passed judge_head()
  std::string body_;
  std::optional<FetchOutcome> refusal_;  // why we broke it off

  std::unique_ptr<CURL, FreeEasy> easy_;  // last: its end uses the members above
};

}  // namespace strictmx

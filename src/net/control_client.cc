#include "net/control_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace strictmx {

namespace {

constexpr std::size_t kMaxReply = std::size_t{16} << 20;

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

std::size_t take(char* data, std::size_t size, std::size_t count, void* to) {
  auto& body = *static_cast<std::string*>(to);
  if (body.size() + size * count > kMaxReply) return 0;
  body.append(data, size * count);
  return size * count;
}

Error explain(CURL* easy, CURLcode code, const ControlRequest& request, const char* words) {
  long system = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &system);
  const std::string& path = request.socket;
  if (code == CURLE_COULDNT_CONNECT) {
    if (system != EACCES) return {Errc::not_found, fmt::format("no daemon answers at {}", path)};
    return {Errc::io, fmt::format("{}: {}", path, std::strerror(EACCES))};
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return {Errc::timeout, fmt::format("the daemon at {} takes too long", path)};
  }
  if (code == CURLE_WRITE_ERROR) {
    return {Errc::too_large, fmt::format("{}: the answer is too long", path)};
  }
  return {Errc::io, fmt::format("{}: {}", path, *words != '\0' ? words : curl_easy_strerror(code))};
}

}  // namespace

Result<ControlReply> ask_control(const ControlRequest& request, Millis longest) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, FreeEasy> easy(curl_easy_init());
  if (!easy) return fail(Errc::io, "no memory");
  ControlReply reply{0, ""};
  std::array<char, CURL_ERROR_SIZE> words{};
  const std::string url = "http://control" + request.target;
  curl_easy_setopt(easy.get(), CURLOPT_UNIX_SOCKET_PATH, request.socket.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(longest.count()));
  curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, words.data());
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &reply.body);
  curl_slist* fields = nullptr;
  if (request.method == "POST") {
    fields = curl_slist_append(fields, "Expect:");
    fields = curl_slist_append(fields, "Content-Type:");
    curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
    curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, request.body.c_str());
  }
  const CURLcode code = curl_easy_perform(easy.get());
  curl_slist_free_all(fields);
  if (code != CURLE_OK) return std::unexpected(explain(easy.get(), code, request, words.data()));
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &reply.status);
  return reply;
}

}  // namespace strictmx

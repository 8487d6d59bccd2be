// net/https_thread.h: an HttpsClient whose connections live on a thread of their own. A new TLS
// connection is most of the work of a look-up; beside it the caller's thread goes on with DNS and
// with answers.
#pragma once
#include "net/https_client.h"

namespace strictmx {

// Used from the thread of `io` like any HttpsClient; get() resumes there. Errors: as
// HttpsClient::create(). The destructor ends the thread; call cancel_all() before.
Result<std::unique_ptr<HttpsClient>> make_https_thread(
    asio::io_context& io, const std::optional<std::filesystem::path>& ca_file);

}  // namespace strictmx

#include "wire/report_mail_reader.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "wire/gzip.h"
#include "wire/json_begin.h"

namespace strictmx {

namespace {

constexpr int kMaxParts = 200;
constexpr int kMaxNesting = 8;

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

void start_gmime() {
  static const bool started = [] {
    g_mime_init();
    return true;
  }();
  static_cast<void>(started);
}

std::string text_or_empty(const char* text) { return text != nullptr ? text : ""; }

std::string media_type(GMimeObject* object) {
  auto* type = g_mime_object_get_content_type(object);
  if (type == nullptr) return {};
  return ascii_lower(text_or_empty(g_mime_content_type_get_media_type(type)) + '/' +
                     text_or_empty(g_mime_content_type_get_media_subtype(type)));
}

std::string decoded(GMimePart* part) {
  auto* content = g_mime_part_get_content(part);
  if (content == nullptr) return {};
  const Owned<GMimeStream> memory(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, memory.get());
  const auto* octets = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory.get()));
  return {reinterpret_cast<const char*>(octets->data), octets->len};
}

// How likely the part is the report; 0: not at all. The content decides, the type only ranks.
int likelihood(const ReportAttachment& part) {
  const bool packed = looks_like_gzip(part.content) || looks_like_zip(part.content);
  if (!packed && json_begin(part.content) != '{') return 0;
  if (part.media_type.find("tlsrpt") != std::string::npos) return 3;
  const auto name = ascii_lower(part.file_name);
  for (const std::string_view end : {".json", ".gz", ".zip"}) {
    if (name.ends_with(end)) return 2;
  }
  return 1;
}

class PartCollector {
 public:
  void walk(GMimeObject* object, int depth) {
    if (object == nullptr || depth > kMaxNesting || ++seen_ > kMaxParts) return;
    if (GMIME_IS_MULTIPART(object)) {
      auto* multipart = GMIME_MULTIPART(object);
      const int count = std::min(g_mime_multipart_get_count(multipart), kMaxParts);
      for (int i = 0; i < count; ++i) walk(g_mime_multipart_get_part(multipart, i), depth + 1);
    } else if (GMIME_IS_MESSAGE_PART(object)) {
      auto* message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
      if (message != nullptr) walk(g_mime_message_get_mime_part(message), depth + 1);
    } else if (GMIME_IS_PART(object)) {
      auto* part = GMIME_PART(object);
      keep({decoded(part), media_type(object), text_or_empty(g_mime_part_get_filename(part))});
    }
  }

  std::vector<ReportAttachment> take() {
    std::vector<ReportAttachment> parts;
    for (int rank = 3; rank > 0; --rank) {
      for (auto& ranked : ranked_) {
        if (ranked.likelihood == rank) parts.push_back(std::move(ranked.part));
      }
    }
    return parts;
  }

 private:
  struct Ranked {
    int likelihood;
    ReportAttachment part;
  };

  void keep(ReportAttachment part) {
    const int rank = likelihood(part);
    if (rank > 0) ranked_.push_back({rank, std::move(part)});
  }

  int seen_ = 0;
  std::vector<Ranked> ranked_;
};

Owned<GMimeMessage> parse(std::string_view mail) {
  const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(mail.data(), mail.size()));
  const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const bool mbox = mail.starts_with("From ");
  g_mime_parser_set_format(parser.get(), mbox ? GMIME_FORMAT_MBOX : GMIME_FORMAT_MESSAGE);
  return Owned<GMimeMessage>(g_mime_parser_construct_message(parser.get(), nullptr));
}

std::string first_sender(GMimeMessage* message) {
  auto* list = g_mime_message_get_from(message);
  if (list == nullptr || internet_address_list_length(list) == 0) return {};
  auto* address = internet_address_list_get_address(list, 0);
  if (!INTERNET_ADDRESS_IS_MAILBOX(address)) return {};
  return text_or_empty(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address)));
}

}  // namespace

Result<FoundReportMail> find_mailed_report(std::string_view mail) {
  start_gmime();
  const auto message = parse(mail);
  auto* root = message ? g_mime_message_get_mime_part(message.get()) : nullptr;
  if (root == nullptr) return fail(Errc::syntax, "offset 0: no mail");
  PartCollector parts;
  parts.walk(root, 0);
  FoundReportMail found;
  found.attachments = parts.take();
  if (found.attachments.empty()) return fail(Errc::not_found, "no part of the mail is a report");
  auto* head = GMIME_OBJECT(message.get());
  const auto field = [&](const char* name) {
    return std::string(trim_blanks(text_or_empty(g_mime_object_get_header(head, name))));
  };
  found.report_domain = field("TLS-Report-Domain");
  found.report_submitter = field("TLS-Report-Submitter");
  found.subject = text_or_empty(g_mime_message_get_subject(message.get()));
  found.from = first_sender(message.get());
  found.media_type = media_type(root);
  auto* type = g_mime_object_get_content_type(root);
  found.report_type =
      text_or_empty(type ? g_mime_content_type_get_parameter(type, "report-type") : nullptr);
  return found;
}

}  // namespace strictmx

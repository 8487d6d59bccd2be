#include "wire/http_content_type.h"

#include "base/text.h"

namespace strictmx {

bool is_text_plain(std::string_view content_type) {
  const auto type = content_type.substr(0, content_type.find(';'));
  return equals_ignore_case(trim_blanks(type), "text/plain");
}

}  // namespace strictmx

#include "core/check/tls_facts.h"

namespace strictmx {

std::string_view name_of(TlsVersion version) {
  switch (version) {
    case TlsVersion::ssl3:
      return "SSLv3";
    case TlsVersion::tls10:
      return "TLSv1";
    case TlsVersion::tls11:
      return "TLSv1.1";
    case TlsVersion::tls12:
      return "TLSv1.2";
    case TlsVersion::tls13:
      return "TLSv1.3";
  }
  return "unknown";
}

std::string_view name_of(HandshakeStatus status) {
  switch (status) {
    case HandshakeStatus::not_tried:
      return "not_tried";
    case HandshakeStatus::done:
      return "done";
    case HandshakeStatus::alert:
      return "alert";
    case HandshakeStatus::no_version:
      return "no_version";
    case HandshakeStatus::weak:
      return "weak";
    case HandshakeStatus::closed:
      return "closed";
    case HandshakeStatus::timeout:
      return "timeout";
    case HandshakeStatus::not_tls:
      return "not_tls";
    case HandshakeStatus::protocol:
      return "protocol";
    case HandshakeStatus::certificate_ask:
      return "certificate_ask";
    case HandshakeStatus::local:
      return "local";
  }
  return "unknown";
}

std::string_view name_of(VersionSupport support) {
  switch (support) {
    case VersionSupport::not_tried:
      return "not_tried";
    case VersionSupport::yes:
      return "yes";
    case VersionSupport::no:
      return "no";
    case VersionSupport::unknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace strictmx

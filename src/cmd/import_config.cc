#include "cmd/import_config.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "base/text.h"
#include "cmd/config/config_file.h"
#include "cmd/config/read_file.h"
#include "net/endpoint.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxBytes = 262144;
constexpr int kMaxDepth = 8;
constexpr int kMaxVisits = 10000;

// A string of TOML; what would end it early becomes ?, and the value is refused later.
std::string quoted(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < ' ' || c == 0x7f || c == '"' || c == '\\'; }, '?');
  return "\"" + text + "\"";
}

bool is_true(const std::string& text) {
  return text == "true" || text == "True" || text == "yes" || text == "on";
}

// A key of the other program and why there is none for it here.
struct Remark {
  std::string_view key;  // a final dot: all below it
  std::string_view text;
};

constexpr std::array kResolverRemarks{
    Remark{"mode", "the folder of a unix socket says who may use it"},
    Remark{"reuse_port", "a restart loses no client: systemctl enable strictmx.socket"},
    Remark{"cache_grace", "answers are kept for the TTL of their DNS records, 60 s to 1 h"},
    Remark{"shutdown_timeout", "outstanding answers are given for 5 s"},
    Remark{"cache.", "policies are always stored durably, below the state directory"},
    Remark{"proactive_policy_fetching.", "policies in use are always fetched again daily"},
};

constexpr std::array kTlspolRemarks{
    Remark{"server.socket-permissions", "the folder of a unix socket says who may use it"},
    Remark{"server.log-format", "below systemd the journal has fields of its own"},
    Remark{"server.prefetch", "policies in use are always fetched again daily"},
    Remark{"server.cache-file", "policies are always stored durably, below the state directory"},
};

// Collects the sections of the file in their order.
class Converter {
 public:
  explicit Converter(const ForeignKeys& keys) : left_(keys) {}

  std::optional<std::string> take(const std::string& key) {
    const auto found = left_.find(key);
    if (found == left_.end()) return std::nullopt;
    std::string value = found->second;
    left_.erase(found);
    return value;
  }

  void top(std::string line) { top_ += line + "\n"; }
  void section(std::string_view name, std::string_view line) {
    sections_ += fmt::format("\n[{}]\n{}\n", name, line);
  }
  void remark(std::string_view key, std::string_view value, std::string_view text) {
    remarks_ += fmt::format("# {} = {}: {}.\n", escape_remote(key), escape_remote(value), text);
  }

  void explain(std::span<const Remark> remarks) {
    for (const auto& [key, text] : remarks) {
      const auto matches = [key](const std::string& name) {
        return key.ends_with('.') ? name.starts_with(key) : name == key;
      };
      std::erase_if(left_, [&](const auto& entry) {
        if (!matches(entry.first)) return false;
        remark(entry.first, entry.second, text);
        return true;
      });
    }
  }

  std::string finish(std::string_view program, std::string_view map) {
    for (const auto& [key, value] : left_) remark(key, value, "unknown, left out");
    return fmt::format(
        "# From the configuration of {}.\n{}{}{}\n# In main.cf, for Postfix:\n"
        "# smtp_tls_policy_maps = socketmap:{}:{}\n",
        program, top_, sections_, remarks_.empty() ? "" : "\n" + remarks_, socket_, map);
  }

  // Errors: Errc::usage.
  Result<void> listen(const std::string& endpoint) {
    const auto good = Endpoint::parse(endpoint);
    if (!good) return std::unexpected(good.error());
    socket_ = good->text();
    top("listen = [" + quoted(socket_) + "]");
    return {};
  }

  ForeignKeys& left() { return left_; }

 private:
  ForeignKeys left_;
  std::string top_;
  std::string sections_;
  std::string remarks_;
  std::string socket_ = "inet:127.0.0.1:8461";
};

std::string as_address(std::string host) {
  if (host == "localhost") return "127.0.0.1";
  if (host.starts_with('[')) return host;
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

// "HOST:PORT" with an address for localhost.
std::string as_inet(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return "inet:" + text;
  return "inet:" + as_address(text.substr(0, colon)) + text.substr(colon);
}

// Zones differ in the map name that Postfix asks with; here it says the dialect.
void convert_zones(Converter& to, bool& reports) {
  std::erase_if(to.left(), [&](const auto& entry) {
    const auto& [key, value] = entry;
    const bool zone = key.starts_with("default_zone.") || key.starts_with("zones.");
    if (!zone) return false;
    if (key.ends_with(".tlsrpt")) {
      reports = reports || is_true(value);
      to.remark(key, value, "the map name postfix-tlsrpt asks for it");
    } else if (key.ends_with(".strict_testing")) {
      to.remark(key, value,
                "policies of mode testing enforce nothing (RFC 8461 §5); for single domains: "
                "policy.overrides");
    } else if (key.ends_with(".require_sni")) {
      to.remark(key, value, "servername is always asked for");
    } else if (key.ends_with(".timeout") && !key.starts_with("default_zone.")) {
      to.remark(key, value, "there is one policy.deadline for all");
    } else {
      return false;
    }
    return true;
  });
}

Result<std::string> convert_resolver(const ForeignKeys& keys) {
  Converter to(keys);
  const auto host = to.take("host").value_or("127.0.0.1");
  const auto port = to.take("port").value_or("8461");
  const auto path = to.take("path");
  const auto endpoint = path ? "unix:" + *path : "inet:" + as_address(host) + ":" + port;
  if (auto good = to.listen(endpoint); !good) return std::unexpected(good.error());
  if (const auto timeout = to.take("default_zone.timeout")) {
    to.section("policy", "deadline = " + quoted(*timeout + "s"));
  }
  bool reports = false;
  convert_zones(to, reports);
  to.explain(kResolverRemarks);
  return to.finish("postfix-mta-sts-resolver", reports ? "postfix-tlsrpt" : "postfix");
}

void convert_tlspol_dns(Converter& to) {
  auto address = to.take("dns.address");
  if (!address) return;
  std::string server = *address;
  if (const auto colon = server.rfind(':'); colon != std::string::npos) {
    const std::string host = server.substr(0, colon);
    const bool bare = host.find(':') != std::string::npos && !host.starts_with('[');
    if (!bare) {
      const bool bracketed = host.starts_with('[') && host.ends_with(']');
      server =
          (bracketed ? host.substr(1, host.size() - 2) : host) + "@" + server.substr(colon + 1);
    }
  }
  to.section("dns", "forward = [" + quoted(server) + "]");
  to.remark("dns.address", *address,
            "strictmx validates DNSSEC itself; dns.validation = \"trust-ad\" believes that server");
}

Result<std::string> convert_tlspol(const ForeignKeys& keys) {
  Converter to(keys);
  if (const auto address = to.take("server.address")) {
    const bool local = address->starts_with("unix:");
    auto good = to.listen(local ? *address : as_inet(*address));
    if (!good) return std::unexpected(good.error());
  }
  if (const auto metrics = to.take("server.metrics-address")) {
    if (metrics->starts_with("unix:")) {
      to.remark("server.metrics-address", *metrics, "http takes ADDRESS:PORT only");
    } else {
      to.top("http = " + quoted(as_inet(*metrics).substr(5)));
    }
  }
  convert_tlspol_dns(to);
  if (const auto level = to.take("server.log-level")) {
    to.section("log", "level = " + quoted(*level == "warn" ? "warning" : *level));
  }
  const bool reports = is_true(to.take("server.tlsrpt").value_or(""));
  to.explain(kTlspolRemarks);
  return to.finish("postfix-tlspol", reports ? "postfix-tlsrpt" : "postfix");
}

// The limits are for aliases, with which a short text is a huge tree.
class Flattener {
 public:
  void add(const YAML::Node& node, const std::string& path, int depth) {
    if (depth > kMaxDepth || ++visits_ > kMaxVisits) return;
    if (node.IsMap()) {
      for (const auto& entry : node) {
        const auto name = entry.first.as<std::string>();
        add(entry.second, path.empty() ? name : path + "." + name, depth + 1);
      }
    } else if (node.IsScalar() && !path.empty()) {
      keys_[path] = node.Scalar();
    } else if (node.IsSequence() && !path.empty()) {
      keys_[path] = "[...]";
    }
  }
  const ForeignKeys& keys() const { return keys_; }

 private:
  ForeignKeys keys_;
  int visits_ = 0;
};

}  // namespace

Result<std::string> convert_config(const ForeignKeys& keys) {
  const auto any_below = [&](std::string_view prefix) {
    return std::ranges::any_of(keys, [&](const auto& entry) {
      return entry.first == prefix || entry.first.starts_with(std::string(prefix) + ".");
    });
  };
  if (any_below("server")) return convert_tlspol(keys);
  for (const auto* name : {"host", "port", "path", "cache", "default_zone", "zones"}) {
    if (any_below(name)) return convert_resolver(keys);
  }
  return fail(Errc::usage,
              "neither a configuration of postfix-mta-sts-resolver nor of postfix-tlspol");
}

CommandResult run_import_config(const ImportConfigCall& call) {
  const auto text =
      call.file == "-" ? read_standard_input(kMaxBytes) : read_file(call.file, kMaxBytes);
  if (!text) return refuse_call(text.error().detail);
  Flattener flat;
  try {
    flat.add(YAML::Load(*text), "", 0);
  } catch (const YAML::Exception& wrong) {
    return refuse_call(fmt::format("{}:{}: {}", call.file, wrong.mark.line + 1, wrong.msg));
  }
  const auto converted = convert_config(flat.keys());
  if (!converted) return refuse_call(fmt::format("{}: {}", call.file, converted.error().detail));
  Config config;
  const auto problems = read_config_text(*converted, "of " + call.file, config);
  if (!problems.empty()) return refuse_config(problems);
  return {ExitCode::ok, *converted, ""};
}

}  // namespace strictmx

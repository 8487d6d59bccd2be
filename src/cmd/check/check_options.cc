#include "cmd/check/check_options.h"

namespace strictmx {

CheckOptions make_check_options(const Config& config, const CheckCall& call,
                                const Surroundings& around) {
  CheckOptions options;
  options.dns = make_dns_options(config.dns, around);
  if (!config.https.ca_file.empty()) options.ca_file = config.https.ca_file;
  options.smtp.port = config.check.smtp_port;
  options.smtp.helo_name = config.check.helo;
  options.smtp.addresses = config.https.addresses;
  options.smtp.depth = call.smtp == CheckCall::Smtp::full ? ProbeDepth::full : ProbeDepth::session;
  options.smtp.connect_timeout = config.check.connect_timeout;
  options.https.port = config.https.port;
  options.https.addresses = config.https.addresses;
  options.https.connect_timeout = config.check.connect_timeout;
  options.https.timeout = config.https.timeout;
  options.smtp_probing = call.smtp == CheckCall::Smtp::off ? Probing::off : Probing::on;
  options.deadline = config.check.timeout;
  return options;
}

}  // namespace strictmx

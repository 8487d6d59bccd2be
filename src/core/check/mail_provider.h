// core/check/mail_provider.h: whose an MX host is, by its name, as far as that helps to explain a
// policy. Pure; a short list of large providers, no more.
#pragma once
#include <string_view>

namespace strictmx {

// "Microsoft 365"; empty where nobody can tell.
std::string_view provider_of_mx(std::string_view host);

// Anybody can get a host below this domain: a public suffix, or a cloud's. By a short list.
bool is_shared_domain(std::string_view domain);

}  // namespace strictmx

// core/exim_answer.h: a verdict as Exim reads it through ${readsocket} (docs/exim.md). One line
// without its end:
//   mode=enforce mx=mx1.example.com:*.example.net
//   re=^(?i:mx1[.]example[.]com|[^.]+[.]example[.]net)$ mode=dane    mode=testing    mode=none
//   (each with a blank behind it) temp REASON
// A deferral does not begin with "mode=": a configuration that only looks for "^mode=" defers.
// The expression holds letters, digits, hyphens and the characters above, nothing that Exim's own
// expansion or lists could take for theirs. Limit: 8192 octets.
#pragma once
#include <string>

#include "core/verdict.h"

namespace strictmx {

constexpr std::size_t kMaxEximAnswer = 8192;

// DANE is left to Exim, which looks up TLSA records per MX host itself. For an enforce policy the
// patterns are handed on, so that an MX host that came into DNS since is judged rightly; a policy
// that is too long for that is cut to the patterns its MX hosts need.
std::string format_exim_answer(const DomainVerdict& verdict);

}  // namespace strictmx

// service/check/dns_questions.h: the DNS questions of a check, each with its answer as facts
// (core/check/dns_facts). Every one ends at `deadline`, or after the time of one question.
#pragma once
#include <string>

#include "core/check/dns_facts.h"
#include "core/domain.h"
#include "service/check/parts.h"

namespace strictmx {

Task<TxtFacts> ask_txt(const CheckParts& parts, std::string name, MonoTime deadline);

// A, AAAA and the name's own CNAME, each for itself.
Task<NameFacts> ask_name(const CheckParts& parts, std::string name, MonoTime deadline);

// Where the zone of the domain begins, who serves it, and its keys.
Task<ZoneFacts> ask_zone(const CheckParts& parts, Domain domain, MonoTime deadline);

// Climbs from the name to the nearest CAA records (RFC 8659 §3), at most 10 labels.
Task<CaaFacts> ask_caa(const CheckParts& parts, std::string name, MonoTime deadline);

// Whether the resolver validates at all: what the root says about the last label of the domain is
// secure then, whatever it is.
Task<DnsMeta> ask_root(const CheckParts& parts, Domain domain, MonoTime deadline);

// Another type at the owner of TLSA records.
Task<DnsMeta> ask_tlsa_sibling(const CheckParts& parts, std::string base, MonoTime deadline);

}  // namespace strictmx

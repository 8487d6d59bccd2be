// The part of core/check/check_facts_json.h that is about SMTP.
#include <string>

#include "core/check/check_facts_json.h"

namespace strictmx {
namespace {

Json milliseconds(Millis time) { return Json(static_cast<std::int64_t>(time.count())); }

Json reply_json(const std::optional<TimedReply>& timed) {
  if (!timed) return {};
  Json::Array defects;
  for (const auto defect : timed->reply.defects) defects.emplace_back(name_of(defect));
  return Json::Object{{"code", static_cast<int>(timed->reply.code)},
                      {"lines", Json::strings(timed->reply.lines)},
                      {"defects", std::move(defects)},
                      {"ms", milliseconds(timed->time)}};
}

Json dialogue_json(const SmtpDialogue& dialogue) {
  return Json::Object{{"stage", name_of(dialogue.stage)},
                      {"end", name_of(dialogue.end)},
                      {"detail", dialogue.detail},
                      {"helo_name", dialogue.helo_name},
                      {"greeting", reply_json(dialogue.greeting)},
                      {"ehlo", reply_json(dialogue.ehlo)},
                      {"helo", reply_json(dialogue.helo)},
                      {"starttls", reply_json(dialogue.starttls)},
                      {"stray", dialogue.stray},
                      {"unsolicited", dialogue.unsolicited},
                      {"unsolicited_tls", dialogue.unsolicited_tls},
                      {"tls", tls_json(dialogue.tls)},
                      {"ehlo_again", reply_json(dialogue.ehlo_again)},
                      {"quit", reply_json(dialogue.quit)}};
}

Json optional_json(const std::optional<SmtpDialogue>& dialogue) {
  return dialogue ? dialogue_json(*dialogue) : Json();
}

Json matches_json(const std::vector<TlsaMatchFacts>& matches) {
  Json::Array array;
  for (const auto& match : matches)
    array.emplace_back(Json::Object{
        {"record", match.record.text()}, {"match", name_of(match.match)}, {"depth", match.depth}});
  return array;
}

}  // namespace

Json smtp_address_json(const SmtpAddressFacts& address) {
  return Json::Object{
      {"address", address.address.text()},
      {"connect", Json::Object{{"status", name_of(address.connect.status)},
                               {"detail", address.connect.detail},
                               {"ms", milliseconds(address.connect.time)}}},
      {"dialogue", dialogue_json(address.dialogue)},
      {"tlsa", matches_json(address.tlsa)},
      {"no_sni", optional_json(address.no_sni)},
      {"other_sni", optional_json(address.other_sni)},
      {"other_key", optional_json(address.other_key)},
      {"tlsa_other_key", matches_json(address.tlsa_other_key)},
      {"any_tls", optional_json(address.any_tls)},
      {"versions", Json::Object{{"tls10", name_of(address.versions.tls10)},
                                {"tls11", name_of(address.versions.tls11)},
                                {"tls12", name_of(address.versions.tls12)},
                                {"tls13", name_of(address.versions.tls13)}}},
      {"injection", name_of(address.injection)},
      {"connections", static_cast<int>(address.connections)},
  };
}

}  // namespace strictmx

// tests/fuzz/forms.h: the words of the texts that more than one target changes by their pieces.
#pragma once
#include "mutator.h"

namespace strictmx::fuzz {

// RFC 8461 §3.1, RRs in lines.
constexpr std::string_view kRecordWords[] = {
    "v=STSv1;", "v=STSv1 ;", "id=1;",   "id=20260101000000Z;",
    " id=a;",   "id=;",      "id=a.b;", "x-1=y;",
    "a=b=c;",   "\t;",       ";",       "abcdefghijklmnopqrstuvwxyz0123456",
    "ID=1;",    "\n",        "v=STSv2;"};
constexpr PieceForm kRecordForm{";\n", kRecordWords};

// RFC 8461 §3.2.
constexpr std::string_view kPolicyWords[] = {"version: STSv1\r\n",
                                             "version:STSv1\n",
                                             "mode: enforce\r\n",
                                             "mode: testing\n",
                                             "mode: none\n",
                                             "mode: no\n",
                                             "max_age: 86400\r\n",
                                             "max_age: 31557601\n",
                                             "max_age: 0\n",
                                             "max_age: 1x\n",
                                             "mx: mx.example\n",
                                             "mx: *.example.com\r\n",
                                             "mx: *.*.a\n",
                                             "mx: 1.2.3.4\n",
                                             "x-note: \xc3\xa9 a\n",
                                             "x_:\t y \n",
                                             "\n",
                                             " \n",
                                             "\xef\xbb\xbf",
                                             "\r",
                                             "\t",
                                             "00000000000",
                                             ": ",
                                             "abcdefghijklmnopqrstuvwxyz0123456"};
constexpr PieceForm kPolicyForm{"\n", kPolicyWords};

// RFC 8460 §3, RRs in lines.
constexpr std::string_view kTlsRptWords[] = {"v=TLSRPTv1;",
                                             "v=TLSRPTv1 ;",
                                             "rua=mailto:a@b.example;",
                                             "rua=",
                                             "mailto:a%40b.example,",
                                             "https://r.example/v1?a=b,",
                                             "https://r.example:8443,",
                                             "HTTPS://[::1]/",
                                             "mailto:",
                                             "ftp://a/,",
                                             " , ",
                                             "x-1=y;",
                                             ";",
                                             "\t;",
                                             "%2c",
                                             "%",
                                             "?subject=a",
                                             "#f",
                                             "a@",
                                             "\n",
                                             "@",
                                             ".",
                                             ":0",
                                             ":"};
constexpr PieceForm kTlsRptForm{";,\n", kTlsRptWords};

// RFC 5321 §4.2: what a mail server says, behind an octet that says how to cut it.
constexpr std::string_view kSmtpWords[] = {"220 mx.example ESMTP\r\n",
                                           "250-mx.example\r\n",
                                           "250-STARTTLS\r\n",
                                           "250 STARTTLS\r\n",
                                           "250 SIZE 1\n",
                                           "220 go\r\n",
                                           "454 4.7.0 no\r\n",
                                           "502 what\r\n",
                                           "221 bye\r\n",
                                           "421 busy\r\n",
                                           "250-REQUIRETLS\r\n",
                                           "250\r\n",
                                           "\xff\r\n",
                                           "\r",
                                           "251-a\r\n250 b\r\n",
                                           "5.7.1 ",
                                           "12"};
constexpr PieceForm kSmtpForm{"\n", kSmtpWords, 1};

}  // namespace strictmx::fuzz

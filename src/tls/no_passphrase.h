// tls/no_passphrase.h: for OpenSSL's readers of keys. Private to src/tls.
#pragma once

namespace strictmx {

// Never asks for a passphrase: that would wait for a terminal. A key that has one is refused.
inline int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace strictmx

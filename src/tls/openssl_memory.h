// tls/openssl_memory.h: what becomes of OpenSSL without memory.
#pragma once

namespace strictmx {

// From now on the program ends, in words, when OpenSSL gets no memory. Where an allocation fails it
// takes a peer's good certificate for a bad one, a domain's policy host for broken; in the first
// handshake it also remembers that an algorithm does not exist, until the program is started again.
// To be called first of all in main(). False: it is too late, OpenSSL has memory already.
bool end_without_openssl_memory();

}  // namespace strictmx

// tests/support/thoroughness.h: loops over many like cases are long in the plain build and short
// under sanitizers, where each case costs ten times as much.
#pragma once

namespace strictmx {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define STRICTMX_TEST_IS_SANITIZED 1
#endif
#endif

#ifdef STRICTMX_TEST_IS_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

}  // namespace strictmx

// The same for layers with coroutines.
#include "pch_std.h"

#include "net/asio.h"

// net/asio.h: the one door to Boost.Asio for net and service.
// House rules: `co_await x;` or `auto v = co_await x;` only, one await per statement; coroutine
// parameters by value or owned by an object that outlives the io_context; no awaitable operators,
// no parallel groups (bugs in Asio 1.26); every await has a deadline.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace strictmx {

namespace asio = boost::asio;

template <class T>
using Task = asio::awaitable<T>;

}  // namespace strictmx

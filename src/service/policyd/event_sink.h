// service/policyd/event_sink.h: where the events of MTAs that have no TLS reports of their own go.
#pragma once
#include "wire/line_query.h"

namespace strictmx {

class EventSink {
 public:
  virtual ~EventSink() = default;
  // Never waits. What cannot be used is counted and dropped.
  virtual void take(const LineEvent& event) = 0;
};

}  // namespace strictmx

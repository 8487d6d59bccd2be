#include "wire/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include <fmt/format.h>

namespace strictmx {

namespace {

constexpr int kGzipWrapper = 16;  // of zlib, added to the bits of the window
constexpr int kGzipBits = 15 + kGzipWrapper;
constexpr int kRawBits = -15;  // no wrapper
constexpr std::size_t kMaxInput = std::numeric_limits<std::int32_t>::max();

Bytef* octets(std::string_view data) {  // zlib promises not to write them
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(data.data()));
}

class Inflater {
 public:
  explicit Inflater(int bits) : ready_(inflateInit2(&stream_, bits) == Z_OK) {}
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }

  // Appends one stream; the octets behind it stay in `data`.
  Result<void> run(std::string_view& data, std::string& out, std::size_t limit) {
    if (!ready_) return fail(Errc::io, "zlib: no memory");
    inflateReset(&stream_);
    stream_.next_in = octets(data);
    stream_.avail_in = static_cast<uInt>(data.size());
    std::array<char, 16384> block;
    for (;;) {
      stream_.next_out = reinterpret_cast<Bytef*>(block.data());
      stream_.avail_out = static_cast<uInt>(block.size());
      const int code = inflate(&stream_, Z_NO_FLUSH);
      const auto made = block.size() - stream_.avail_out;
      if (made > limit - std::min(limit, out.size())) {
        return fail(Errc::too_large, fmt::format("over {} octets when unpacked", limit));
      }
      out.append(block.data(), made);
      if (code == Z_STREAM_END) break;
      if (code != Z_OK || (stream_.avail_in == 0 && made == 0)) {
        return fail(Errc::syntax,
                    fmt::format("offset {}: compressed data is {}", data.size() - stream_.avail_in,
                                code == Z_OK || code == Z_BUF_ERROR ? "cut off" : "damaged"));
      }
    }
    data.remove_prefix(data.size() - stream_.avail_in);
    return {};
  }

 private:
  z_stream stream_{};
  bool ready_;
};

// No wider than the data: a window of 15 bits costs 256 KiB to prepare, for a report of a few
// hundred octets more time than packing it.
int window_bits(std::size_t size) {
  return std::clamp(static_cast<int>(std::bit_width(size)) + 1, 10, 15);
}

std::size_t little_endian(std::string_view data, std::size_t at, std::size_t size) {
  std::size_t value = 0;
  for (std::size_t i = size; i > 0; --i) {
    value = value * 256 + static_cast<unsigned char>(data[at + i - 1]);
  }
  return value;
}

}  // namespace

bool looks_like_gzip(std::string_view data) { return data.starts_with("\x1f\x8b"); }
bool looks_like_zip(std::string_view data) { return data.starts_with("PK\x03\x04"); }

Result<std::string> gzip(std::string_view data) {
  if (data.size() > kMaxInput) return fail(Errc::too_large, "over 2 GiB");
  z_stream stream{};
  const int bits = window_bits(data.size());
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, bits + kGzipWrapper,
                   std::min(bits - 5, 8), Z_DEFAULT_STRATEGY) != Z_OK) {
    return fail(Errc::io, "zlib: no memory");
  }
  std::string out(deflateBound(&stream, data.size()), '\0');
  stream.next_in = octets(data);
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  if (code != Z_STREAM_END) return fail(Errc::io, "zlib: deflate did not end");
  return out;
}

Result<std::string> gunzip(std::string_view data, std::size_t limit) {
  if (data.size() > kMaxInput) return fail(Errc::too_large, "over 2 GiB");
  if (!looks_like_gzip(data)) return fail(Errc::syntax, "offset 0: no gzip data");
  Inflater inflater(kGzipBits);
  std::string out;
  while (looks_like_gzip(data)) {
    if (auto done = inflater.run(data, out, limit); !done) return std::unexpected(done.error());
  }
  return out;
}

// PKWARE APPNOTE 4.3.7: the local header has 30 octets, then name and extra field.
Result<std::string> unzip_first(std::string_view data, std::size_t limit) {
  constexpr std::size_t kHeader = 30;
  constexpr std::size_t kStored = 0;
  constexpr std::size_t kDeflated = 8;
  if (data.size() > kMaxInput) return fail(Errc::too_large, "over 2 GiB");
  if (!looks_like_zip(data) || data.size() < kHeader) return fail(Errc::syntax, "no ZIP archive");
  const auto method = little_endian(data, 8, 2);
  const auto size = little_endian(data, 18, 4);
  const auto begin = kHeader + little_endian(data, 26, 2) + little_endian(data, 28, 2);
  if (begin > data.size()) return fail(Errc::syntax, "offset 26: ZIP header is cut off");
  auto body = data.substr(begin);
  if (method == kStored) {
    if (size > body.size()) return fail(Errc::syntax, "offset 18: ZIP file is cut off");
    if (size > limit) return fail(Errc::too_large, fmt::format("over {} octets", limit));
    return std::string(body.substr(0, size));
  }
  if (method != kDeflated) return fail(Errc::unsupported, "offset 8: ZIP compression method");
  std::string out;
  if (auto done = Inflater(kRawBits).run(body, out, limit); !done) {
    return std::unexpected(done.error());
  }
  return out;
}

}  // namespace strictmx

#include "run_lengths.h"

namespace mavseg {

namespace {

/** Seven bits of a length lie in each byte; the eighth says that more follow. */
constexpr int kLeb128Bits = 7;
constexpr uint32_t kLeb128More = 0x80;
constexpr uint32_t kLeb128Value = 0x7F;

}  // namespace

void RunLengthWriter::write_last() {
  if (last_.px == 0) return;
  *to_++ = last_.id;
  uint32_t rest = last_.px;
  for (; rest > kLeb128Value; rest >>= kLeb128Bits) *to_++ = static_cast<uint8_t>((rest & kLeb128Value) | kLeb128More);
  *to_++ = static_cast<uint8_t>(rest);
}

}  // namespace mavseg

#include "half_float.h"

#include <cstring>

namespace mavseg {

namespace {

/** Shifts right and rounds to nearest, ties to even; a carry runs into the exponent, as it must. */
uint32_t round_shift(uint32_t value, int shift) {
  const uint32_t half = 1U << (shift - 1);
  const uint32_t rest = value & ((1U << shift) - 1);
  const uint32_t down = value >> shift;
  return rest > half || (rest == half && (down & 1U) != 0) ? down + 1 : down;
}

}  // namespace

uint16_t to_half(float value) {
  constexpr int kMantissaShift = 13;
  constexpr int kBiasDifference = 127 - 15;
  constexpr uint32_t kInfinity = 0x7C00;
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const uint32_t sign = (bits >> 16) & 0x8000;
  const int exponent = static_cast<int>((bits >> 23) & 0xFF);
  const uint32_t mantissa = bits & 0x7FFFFF;
  if (exponent == 0xFF) return static_cast<uint16_t>(sign | kInfinity | (mantissa == 0 ? 0 : 0x200));
  const int half_exponent = exponent - kBiasDifference;
  if (half_exponent >= 0x1F) return static_cast<uint16_t>(sign | kInfinity);
  if (half_exponent > 0) {
    const uint32_t normal = (static_cast<uint32_t>(half_exponent) << 23) | mantissa;
    return static_cast<uint16_t>(sign | round_shift(normal, kMantissaShift));
  }
  // Below the smallest normal half: the hidden bit is written out and shifted down.
  const int shift = kMantissaShift + 1 - half_exponent;
  if (shift > 24) return static_cast<uint16_t>(sign);
  return static_cast<uint16_t>(sign | round_shift(mantissa | 0x800000, shift));
}

}  // namespace mavseg

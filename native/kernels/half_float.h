#pragma once

#include <cstdint>

namespace mavseg {

/** @return the bits of the nearest IEEE 754 half float, ties to even; too large becomes infinite */
uint16_t to_half(float value);

}  // namespace mavseg

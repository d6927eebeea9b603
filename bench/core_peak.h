#pragma once

#include "isa.h"

namespace mavseg {

/** @return multiply-adds per second of one core, from registers alone: no kernel of this instruction set does more */
double peak_macs(Isa isa);

}  // namespace mavseg

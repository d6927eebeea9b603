#pragma once

#include "isa.h"

namespace mavseg {

/**
 * Prints what each kernel of nets reaches on one core, beside what its arithmetic and its bytes allow at most: once on
 * a row that stays in the first cache, once on the maps of a picture of 1280x1024 px.
 */
void bench_net_kernels(Isa isa);

}  // namespace mavseg

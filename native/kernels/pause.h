#pragma once

namespace mavseg {

/** Between two looks at what another thread writes: leaves the core's units and the bus to others for a moment. */
inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace mavseg

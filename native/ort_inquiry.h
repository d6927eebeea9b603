#pragma once

#include <napi.h>

namespace mavseg {

/**
 * `inspectOrt(library, pluginLibraries, allowSoftware): Promise<OrtReport>`; src/engine/native/addon.ts describes it. Works
 * on a thread of libuv, since opening a library with CUDA inside can take seconds.
 */
Napi::Value inspect_ort(const Napi::CallbackInfo& info);

}  // namespace mavseg

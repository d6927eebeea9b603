#pragma once

#include <napi.h>

#include "segmenter.h"

namespace mavseg {

/** Reads what src/engine/native/addon.ts calls SegmenterOptions; its types are checked there. */
SegmenterOptions read_options(const Napi::Object& options);

/** How many numbers describe a geometry: two axes of ten, and what fills the tensor's border. */
constexpr size_t kGeometryNumbers = 21;

Geometry read_geometry(const double* numbers);

/** @return whether all that the geometry speaks of lies within the picture and the tensor */
bool is_consistent(const Geometry& geometry, int width, int height);

}  // namespace mavseg

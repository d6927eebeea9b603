#include <napi.h>

#include "segmenter_object.h"

namespace {

Napi::Object define(Napi::Env env, Napi::Object exports) {
  exports.Set("Segmenter", mavseg::SegmenterObject::define(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(mavseg, define)

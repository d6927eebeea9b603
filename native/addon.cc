#include <napi.h>

#include "ort_inquiry.h"
#include "segmenter_object.h"
#include "tensor_session_object.h"

namespace {

Napi::Object define(Napi::Env env, Napi::Object exports) {
  exports.Set("Segmenter", mavseg::SegmenterObject::define(env));
  exports.Set("TensorSession", mavseg::TensorSessionObject::define(env));
  exports.Set("inspectOrt", Napi::Function::New(env, mavseg::inspect_ort, "inspectOrt"));
  return exports;
}

}  // namespace

NODE_API_MODULE(mavseg, define)

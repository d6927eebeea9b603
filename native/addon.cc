#include <napi.h>

#include "ort_inquiry.h"
#include "segmenter_object.h"
#include "tensor_session_object.h"
#include "turbojpeg_api.h"

namespace {

/** `openTurbojpeg(library): string`, the file that was opened; throws with the reason. */
Napi::Value open_turbojpeg(const Napi::CallbackInfo& info) {
  const std::string library = info[0].As<Napi::String>();
  try {
    return Napi::String::New(info.Env(), mavseg::TurboJpegApi::open(library).file());
  } catch (const std::runtime_error& error) {
    throw Napi::Error::New(info.Env(), error.what());
  }
}

Napi::Object define(Napi::Env env, Napi::Object exports) {
  exports.Set("Segmenter", mavseg::SegmenterObject::define(env));
  exports.Set("TensorSession", mavseg::TensorSessionObject::define(env));
  exports.Set("inspectOrt", Napi::Function::New(env, mavseg::inspect_ort, "inspectOrt"));
  exports.Set("openTurbojpeg", Napi::Function::New(env, open_turbojpeg, "openTurbojpeg"));
  return exports;
}

}  // namespace

NODE_API_MODULE(mavseg, define)

#include "coded_error.h"

namespace mavseg {

Napi::Error to_error(Napi::Env env, const CodedError& coded) {
  Napi::Error error = Napi::Error::New(env, coded.what());
  error.Set("code", Napi::String::New(env, coded.code()));
  return error;
}

}  // namespace mavseg

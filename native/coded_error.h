#pragma once

#include <napi.h>

#include "ort_api.h"

namespace mavseg {

/** The error as JavaScript sees it: with a `code`, and the actual value as message. */
Napi::Error to_error(Napi::Env env, const CodedError& coded);

}  // namespace mavseg

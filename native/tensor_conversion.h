#pragma once

#include <napi.h>

#include "tensor_session.h"

namespace mavseg {

/** Reads what src/onnx-backend/native-session.ts calls TensorSessionOptions; its types are checked there. */
TensorSessionOptions read_session_options(const Napi::Object& options);

/**
 * Reads the arguments of `run(feeds, fetches, settings)` but for the token. Elements of number tensors are referenced
 * where they lie, strings are copied.
 */
TensorRun read_run(const Napi::Array& feeds, const Napi::Array& fetches, const Napi::Object& settings);

/** `{ name, element, dims, symbols }` of each. */
Napi::Array to_array(Napi::Env env, const std::vector<ValueInfo>& infos);

/**
 * `{ element, dims, data }` with an ArrayBuffer of its own or, for strings, an array.
 * @param copies what is still to be copied into the ArrayBuffer is added to it
 */
Napi::Object to_object(Napi::Env env, const ProducedTensor& produced, std::vector<TensorCopy>& copies);

}  // namespace mavseg

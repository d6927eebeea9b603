#pragma once

#include <vector>

#include "tensor_session.h"

namespace mavseg {

/** onnxruntime's code of the element type string, the only one whose elements do not lie side by side in memory. */
constexpr int kStringElement = 8;

/** What the session's model says of its inputs. @throws CodedError MODEL_CORRUPT */
std::vector<ValueInfo> describe_inputs(const OrtApi& api, const OrtSession* session);

/** What the session's model says of its outputs. @throws CodedError MODEL_CORRUPT */
std::vector<ValueInfo> describe_outputs(const OrtApi& api, const OrtSession* session);

/**
 * A view of what a run has made; it owns the value.
 * @throws CodedError ONNX_TENSOR_INVALID for what is no tensor or has an element type that JavaScript cannot hold
 */
ProducedTensor view_of(const OrtApi& api, OrtValue* value);

}  // namespace mavseg

#include "tensor_values.h"

namespace mavseg {

namespace {

constexpr const char* kModelCode = "MODEL_CORRUPT";
constexpr const char* kRunCode = "ONNX_RUN_FAILED";

template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

struct Shape {
  int element = 0;
  std::vector<int64_t> dims;
};

Shape read_shape(const OrtApi& api, const OrtTensorInfo* info, const char* code) {
  Shape shape;
  size_t count = 0;
  api.check(api.GetTensorElementType(info, &shape.element), code);
  api.check(api.GetDimensionsCount(info, &count), code);
  shape.dims.resize(count);
  api.check(api.GetDimensions(info, shape.dims.data(), count), code);
  return shape;
}

/** Bits of one element by its code; 0 for those that no typed array holds. */
size_t element_bits(int element) {
  switch (element) {
    case 1: case 6: case 12: return 32;           // float32, int32, uint32
    case 2: case 3: case 9: return 8;             // uint8, int8, bool
    case 4: case 5: case 10: return 16;           // uint16, int16, float16
    case 7: case 11: case 13: return 64;          // int64, float64, uint64
    case 21: case 22: return 4;                   // uint4, int4: two to a byte
    default: return 0;
  }
}

ValueInfo describe(const OrtApi& api, char* name, OrtTypeInfo* type) {
  const Owned<OrtTypeInfo> owned(type, api.ReleaseTypeInfo);
  OrtAllocator* allocator = nullptr;
  api.check(api.GetAllocatorWithDefaultOptions(&allocator), kModelCode);
  ValueInfo info{name, 0, {}, {}};
  api.check(api.AllocatorFree(allocator, name), kModelCode);
  const OrtTensorInfo* tensor = nullptr;
  api.check(api.CastTypeInfoToTensorInfo(type, &tensor), kModelCode);
  if (tensor == nullptr) return info;
  Shape shape = read_shape(api, tensor, kModelCode);
  std::vector<const char*> symbols(shape.dims.size());
  api.check(api.GetSymbolicDimensions(tensor, symbols.data(), symbols.size()), kModelCode);
  info.element = shape.element;
  info.dims = std::move(shape.dims);
  info.symbols.assign(symbols.begin(), symbols.end());
  return info;
}

std::vector<std::string> read_strings(const OrtApi& api, const OrtValue* value, size_t count) {
  size_t bytes = 0;
  api.check(api.GetStringTensorDataLength(value, &bytes), kRunCode);
  std::string content(bytes, '\0');
  std::vector<size_t> offsets(count);
  api.check(api.GetStringTensorContent(value, content.data(), bytes, offsets.data(), count), kRunCode);
  std::vector<std::string> strings(count);
  for (size_t index = 0; index < count; index++) {
    const size_t end = index + 1 < count ? offsets[index + 1] : bytes;
    strings[index] = content.substr(offsets[index], end - offsets[index]);
  }
  return strings;
}

/** What the table of functions offers for a session's inputs, or for its outputs. */
using Count = OrtStatus* (*)(const OrtSession*, size_t*);
using Name = OrtStatus* (*)(const OrtSession*, size_t index, OrtAllocator*, char** name);
using TypeInfo = OrtStatus* (*)(const OrtSession*, size_t index, OrtTypeInfo**);

std::vector<ValueInfo> describe_all(const OrtApi& api, const OrtSession* session, Count get_count, Name get_name,
                                    TypeInfo get_type) {
  OrtAllocator* allocator = nullptr;
  size_t count = 0;
  api.check(api.GetAllocatorWithDefaultOptions(&allocator), kModelCode);
  api.check(get_count(session, &count), kModelCode);
  std::vector<ValueInfo> infos;
  for (size_t index = 0; index < count; index++) {
    char* name = nullptr;
    OrtTypeInfo* type = nullptr;
    api.check(get_name(session, index, allocator, &name), kModelCode);
    api.check(get_type(session, index, &type), kModelCode);
    infos.push_back(describe(api, name, type));
  }
  return infos;
}

}  // namespace

std::vector<ValueInfo> describe_inputs(const OrtApi& api, const OrtSession* session) {
  return describe_all(api, session, api.SessionGetInputCount, api.SessionGetInputName, api.SessionGetInputTypeInfo);
}

std::vector<ValueInfo> describe_outputs(const OrtApi& api, const OrtSession* session) {
  return describe_all(api, session, api.SessionGetOutputCount, api.SessionGetOutputName, api.SessionGetOutputTypeInfo);
}

ProducedTensor view_of(const OrtApi& api, OrtValue* value) {
  ProducedTensor produced{0, {}, nullptr, 0, {}, Owned<OrtValue>(value, api.ReleaseValue)};
  OrtTensorInfo* created = nullptr;
  api.check(api.GetTensorTypeAndShape(value, &created), kRunCode);
  const Owned<OrtTensorInfo> info(created, api.ReleaseTensorTypeAndShapeInfo);
  Shape shape = read_shape(api, created, kRunCode);
  size_t count = 0;
  api.check(api.GetTensorShapeElementCount(created, &count), kRunCode);
  produced.element = shape.element;
  produced.dims = std::move(shape.dims);
  if (produced.element == kStringElement) {
    produced.strings = read_strings(api, value, count);
    return produced;
  }
  const size_t bits = element_bits(produced.element);
  if (bits == 0) throw CodedError("ONNX_TENSOR_INVALID", "element type " + std::to_string(produced.element));
  produced.bytes = (count * bits + 7) / 8;
  void* data = nullptr;
  api.check(api.GetTensorMutableData(value, &data), kRunCode);
  produced.data = data;
  return produced;
}

}  // namespace mavseg

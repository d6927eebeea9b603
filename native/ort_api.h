#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

namespace mavseg {

// onnxruntime's C API, as far as it is used here. Its headers are in no package for Linux, but its table of functions
// only ever grows at the end, so a function is known by its place in the table; the places below are those of every
// release since 1.22 (API version 22).

struct OrtStatus;
struct OrtEnv;
struct OrtSession;
struct OrtSessionOptions;
struct OrtRunOptions;
struct OrtValue;
struct OrtMemoryInfo;
struct OrtTensorInfo;
struct OrtTypeInfo;
struct OrtAllocator;
struct OrtEpDevice;
struct OrtHardwareDevice;
struct OrtCudaProviderOptions;
struct OrtTensorRtProviderOptions;

enum class OrtElement : int { kFloat32 = 1, kUint8 = 2, kInt32 = 6, kInt64 = 7, kFloat16 = 10 };

/** An error whose message is for the user, with the code of src/errors.ts that it belongs to. */
class CodedError : public std::runtime_error {
 public:
  CodedError(const char* code, const std::string& message) : std::runtime_error(message), code_(code) {}
  const char* code() const { return code_; }

 private:
  const char* code_;
};

/** @return the error that the work ended with; one without a code gets `otherwise` */
template <typename Work>
std::optional<CodedError> attempt(const char* otherwise, const Work& work) {
  try {
    work();
    return std::nullopt;
  } catch (const CodedError& error) {
    return error;
  } catch (const std::exception& error) {
    return CodedError(otherwise, error.what());
  }
}

/** The functions of a library that was opened, with its one environment. Never closed: its threads may still run. */
class OrtApi {
 public:
  /**
   * Opens the library, or gives the one that was opened from this path before.
   * @throws CodedError ORT_LIBRARY_UNUSABLE with the path and the reason
   */
  static const OrtApi& open(const std::string& path);

  const std::string& version() const { return version_; }
  OrtEnv* env() const { return env_; }

  /** Throws a CodedError of `code` with onnxruntime's message, where there is a status. */
  void check(OrtStatus* status, const char* code) const;
  void ignore(OrtStatus* status) const;

  // The members have the names and the order of arguments of onnxruntime's own documentation.
  OrtStatus* (*CreateSession)(const OrtEnv*, const char* path, const OrtSessionOptions*, OrtSession**);
  OrtStatus* (*CreateSessionFromArray)(const OrtEnv*, const void*, size_t, const OrtSessionOptions*, OrtSession**);
  OrtStatus* (*Run)(OrtSession*, const OrtRunOptions*, const char* const* input_names, const OrtValue* const* inputs,
                    size_t, const char* const* output_names, size_t, OrtValue** outputs);
  OrtStatus* (*CreateSessionOptions)(OrtSessionOptions**);
  OrtStatus* (*SetOptimizedModelFilePath)(OrtSessionOptions*, const char* path);
  OrtStatus* (*SetSessionExecutionMode)(OrtSessionOptions*, int);
  OrtStatus* (*DisableMemPattern)(OrtSessionOptions*);
  OrtStatus* (*DisableCpuMemArena)(OrtSessionOptions*);
  OrtStatus* (*SetSessionLogId)(OrtSessionOptions*, const char*);
  OrtStatus* (*SetSessionLogVerbosityLevel)(OrtSessionOptions*, int);
  OrtStatus* (*SetSessionLogSeverityLevel)(OrtSessionOptions*, int);
  OrtStatus* (*SetSessionGraphOptimizationLevel)(OrtSessionOptions*, int);
  OrtStatus* (*SetIntraOpNumThreads)(OrtSessionOptions*, int);
  OrtStatus* (*SetInterOpNumThreads)(OrtSessionOptions*, int);
  OrtStatus* (*SessionGetInputCount)(const OrtSession*, size_t*);
  OrtStatus* (*SessionGetOutputCount)(const OrtSession*, size_t*);
  OrtStatus* (*SessionGetInputTypeInfo)(const OrtSession*, size_t index, OrtTypeInfo**);
  OrtStatus* (*SessionGetOutputTypeInfo)(const OrtSession*, size_t index, OrtTypeInfo**);
  OrtStatus* (*SessionGetInputName)(const OrtSession*, size_t index, OrtAllocator*, char** name);
  OrtStatus* (*SessionGetOutputName)(const OrtSession*, size_t index, OrtAllocator*, char** name);
  OrtStatus* (*AddFreeDimensionOverrideByName)(OrtSessionOptions*, const char* name, int64_t size);
  OrtStatus* (*AddSessionConfigEntry)(OrtSessionOptions*, const char* key, const char* value);
  OrtStatus* (*CreateRunOptions)(OrtRunOptions**);
  OrtStatus* (*RunOptionsSetRunLogVerbosityLevel)(OrtRunOptions*, int);
  OrtStatus* (*RunOptionsSetRunLogSeverityLevel)(OrtRunOptions*, int);
  OrtStatus* (*RunOptionsSetRunTag)(OrtRunOptions*, const char*);
  OrtStatus* (*AddRunConfigEntry)(OrtRunOptions*, const char* key, const char* value);
  OrtStatus* (*RunOptionsSetTerminate)(OrtRunOptions*);
  OrtStatus* (*CreateCpuMemoryInfo)(int allocator_type, int memory_type, OrtMemoryInfo**);
  OrtStatus* (*GetAllocatorWithDefaultOptions)(OrtAllocator**);
  OrtStatus* (*AllocatorFree)(OrtAllocator*, void*);
  OrtStatus* (*CreateTensorAsOrtValue)(OrtAllocator*, const int64_t* shape, size_t, int element, OrtValue**);
  OrtStatus* (*CreateTensorWithDataAsOrtValue)(const OrtMemoryInfo*, void*, size_t bytes, const int64_t* shape, size_t,
                                               int element, OrtValue**);
  OrtStatus* (*GetTensorMutableData)(OrtValue*, void**);
  OrtStatus* (*FillStringTensor)(OrtValue*, const char* const* strings, size_t count);
  OrtStatus* (*GetStringTensorDataLength)(const OrtValue*, size_t* bytes);
  OrtStatus* (*GetStringTensorContent)(const OrtValue*, void* text, size_t bytes, size_t* offsets, size_t count);
  OrtStatus* (*CastTypeInfoToTensorInfo)(const OrtTypeInfo*, const OrtTensorInfo**);
  OrtStatus* (*GetTensorTypeAndShape)(const OrtValue*, OrtTensorInfo**);
  OrtStatus* (*GetTensorElementType)(const OrtTensorInfo*, int*);
  OrtStatus* (*GetDimensionsCount)(const OrtTensorInfo*, size_t*);
  OrtStatus* (*GetDimensions)(const OrtTensorInfo*, int64_t*, size_t);
  OrtStatus* (*GetSymbolicDimensions)(const OrtTensorInfo*, const char** names, size_t);
  OrtStatus* (*GetTensorShapeElementCount)(const OrtTensorInfo*, size_t*);
  OrtStatus* (*GetAvailableProviders)(char*** names, int* count);
  OrtStatus* (*ReleaseAvailableProviders)(char** names, int count);
  OrtStatus* (*SessionOptionsAppendExecutionProvider)(OrtSessionOptions*, const char* registered_name,
                                                      const char* const* keys, const char* const* values, size_t);
  OrtStatus* (*SessionOptionsAppendExecutionProvider_V2)(OrtSessionOptions*, OrtEnv*, const OrtEpDevice* const* devices,
                                                         size_t, const char* const* keys, const char* const* values,
                                                         size_t);
  // CUDA and TensorRT are older than the call that takes every provider by its name.
  OrtStatus* (*CreateCUDAProviderOptions)(OrtCudaProviderOptions**);
  OrtStatus* (*UpdateCUDAProviderOptions)(OrtCudaProviderOptions*, const char* const* keys, const char* const* values,
                                          size_t);
  OrtStatus* (*SessionOptionsAppendExecutionProvider_CUDA_V2)(OrtSessionOptions*, const OrtCudaProviderOptions*);
  void (*ReleaseCUDAProviderOptions)(OrtCudaProviderOptions*);
  OrtStatus* (*CreateTensorRTProviderOptions)(OrtTensorRtProviderOptions**);
  OrtStatus* (*UpdateTensorRTProviderOptions)(OrtTensorRtProviderOptions*, const char* const* keys,
                                              const char* const* values, size_t);
  OrtStatus* (*SessionOptionsAppendExecutionProvider_TensorRT_V2)(OrtSessionOptions*, const OrtTensorRtProviderOptions*);
  void (*ReleaseTensorRTProviderOptions)(OrtTensorRtProviderOptions*);
  OrtStatus* (*RegisterExecutionProviderLibrary)(OrtEnv*, const char* registration_name, const char* path);
  OrtStatus* (*GetEpDevices)(const OrtEnv*, const OrtEpDevice* const** devices, size_t* count);
  int (*HardwareDevice_Type)(const OrtHardwareDevice*);
  uint32_t (*HardwareDevice_VendorId)(const OrtHardwareDevice*);
  const char* (*HardwareDevice_Vendor)(const OrtHardwareDevice*);
  uint32_t (*HardwareDevice_DeviceId)(const OrtHardwareDevice*);
  const char* (*EpDevice_EpName)(const OrtEpDevice*);
  const char* (*EpDevice_EpVendor)(const OrtEpDevice*);
  const OrtHardwareDevice* (*EpDevice_Device)(const OrtEpDevice*);
  void (*ReleaseSession)(OrtSession*);
  void (*ReleaseValue)(OrtValue*);
  void (*ReleaseRunOptions)(OrtRunOptions*);
  void (*ReleaseTypeInfo)(OrtTypeInfo*);
  void (*ReleaseSessionOptions)(OrtSessionOptions*);
  void (*ReleaseTensorTypeAndShapeInfo)(OrtTensorInfo*);
  void (*ReleaseMemoryInfo)(OrtMemoryInfo*);

 private:
  explicit OrtApi(const std::string& path);

  const char* (*GetErrorMessage)(const OrtStatus*);
  void (*ReleaseStatus)(OrtStatus*);
  OrtStatus* (*CreateEnv)(int log_level, const char* id, OrtEnv**);
  std::string version_;
  OrtEnv* env_ = nullptr;
};

}  // namespace mavseg

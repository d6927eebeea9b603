#include "ort_api.h"

#include <dlfcn.h>

#include <map>
#include <memory>
#include <mutex>

namespace mavseg {

namespace {

/** The oldest API that has every function used here at its place; releases from 1.22 on give it. */
constexpr uint32_t kApiVersion = 22;
constexpr const char* kOldestRelease = "1.22";

/** Nothing below fatal: every error is thrown as well. */
constexpr int kLogFatal = 4;

constexpr const char* kCode = "ORT_LIBRARY_UNUSABLE";

/** What `OrtGetApiBase` gives. */
struct ApiBase {
  const void* const* (*GetApi)(uint32_t version);
  const char* (*GetVersionString)();
};

template <typename Function>
void take(Function& function, const void* const* table, size_t place) {
  function = reinterpret_cast<Function>(const_cast<void*>(table[place]));
}

const ApiBase& api_base(const std::string& path) {
  // Local: its symbols must not get into the way of another copy of onnxruntime in this process.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw CodedError(kCode, dlerror());
  const auto get_base = reinterpret_cast<const ApiBase* (*)()>(dlsym(library, "OrtGetApiBase"));
  if (get_base == nullptr) throw CodedError(kCode, path + ", which has no OrtGetApiBase");
  return *get_base();
}

}  // namespace

const OrtApi& OrtApi::open(const std::string& path) {
  static std::mutex mutex;
  // Never destroyed: at the end of the process sessions of other threads may still be running.
  static auto* opened = new std::map<std::string, std::unique_ptr<OrtApi>>();
  std::lock_guard<std::mutex> lock(mutex);
  std::unique_ptr<OrtApi>& api = (*opened)[path];
  if (api == nullptr) api.reset(new OrtApi(path));
  return *api;
}

OrtApi::OrtApi(const std::string& path) {
  const ApiBase& base = api_base(path);
  version_ = base.GetVersionString();
  const void* const* table = base.GetApi(kApiVersion);
  if (table == nullptr) {
    throw CodedError(kCode, path + " of release " + version_ + ", older than " + kOldestRelease);
  }
  take(GetErrorMessage, table, 2);
  take(CreateEnv, table, 3);
  take(CreateSession, table, 7);
  take(CreateSessionFromArray, table, 8);
  take(Run, table, 9);
  take(CreateSessionOptions, table, 10);
  take(SetOptimizedModelFilePath, table, 11);
  take(SetSessionExecutionMode, table, 13);
  take(DisableMemPattern, table, 17);
  take(DisableCpuMemArena, table, 19);
  take(SetSessionLogId, table, 20);
  take(SetSessionLogVerbosityLevel, table, 21);
  take(SetSessionLogSeverityLevel, table, 22);
  take(SetSessionGraphOptimizationLevel, table, 23);
  take(SetIntraOpNumThreads, table, 24);
  take(SetInterOpNumThreads, table, 25);
  take(SessionGetInputCount, table, 30);
  take(SessionGetOutputCount, table, 31);
  take(SessionGetInputTypeInfo, table, 33);
  take(SessionGetOutputTypeInfo, table, 34);
  take(SessionGetInputName, table, 36);
  take(SessionGetOutputName, table, 37);
  take(CreateRunOptions, table, 39);
  take(RunOptionsSetRunLogVerbosityLevel, table, 40);
  take(RunOptionsSetRunLogSeverityLevel, table, 41);
  take(RunOptionsSetRunTag, table, 42);
  take(RunOptionsSetTerminate, table, 46);
  take(CreateTensorAsOrtValue, table, 48);
  take(CreateTensorWithDataAsOrtValue, table, 49);
  take(GetTensorMutableData, table, 51);
  take(FillStringTensor, table, 52);
  take(GetStringTensorDataLength, table, 53);
  take(GetStringTensorContent, table, 54);
  take(CastTypeInfoToTensorInfo, table, 55);
  take(GetTensorElementType, table, 60);
  take(GetDimensionsCount, table, 61);
  take(GetDimensions, table, 62);
  take(GetSymbolicDimensions, table, 63);
  take(GetTensorShapeElementCount, table, 64);
  take(GetTensorTypeAndShape, table, 65);
  take(CreateCpuMemoryInfo, table, 69);
  take(AllocatorFree, table, 76);
  take(GetAllocatorWithDefaultOptions, table, 78);
  take(ReleaseStatus, table, 93);
  take(ReleaseMemoryInfo, table, 94);
  take(ReleaseSession, table, 95);
  take(ReleaseValue, table, 96);
  take(ReleaseRunOptions, table, 97);
  take(ReleaseTypeInfo, table, 98);
  take(ReleaseTensorTypeAndShapeInfo, table, 99);
  take(ReleaseSessionOptions, table, 100);
  take(AddFreeDimensionOverrideByName, table, 124);
  take(GetAvailableProviders, table, 125);
  take(ReleaseAvailableProviders, table, 126);
  take(AddSessionConfigEntry, table, 130);
  take(AddRunConfigEntry, table, 165);
  take(SessionOptionsAppendExecutionProvider_TensorRT_V2, table, 170);
  take(CreateTensorRTProviderOptions, table, 171);
  take(UpdateTensorRTProviderOptions, table, 172);
  take(ReleaseTensorRTProviderOptions, table, 174);
  take(SessionOptionsAppendExecutionProvider_CUDA_V2, table, 204);
  take(CreateCUDAProviderOptions, table, 205);
  take(UpdateCUDAProviderOptions, table, 206);
  take(ReleaseCUDAProviderOptions, table, 208);
  take(SessionOptionsAppendExecutionProvider, table, 216);
  take(RegisterExecutionProviderLibrary, table, 301);
  take(GetEpDevices, table, 303);
  take(SessionOptionsAppendExecutionProvider_V2, table, 304);
  take(HardwareDevice_Type, table, 307);
  take(HardwareDevice_VendorId, table, 308);
  take(HardwareDevice_Vendor, table, 309);
  take(HardwareDevice_DeviceId, table, 310);
  take(EpDevice_EpName, table, 312);
  take(EpDevice_EpVendor, table, 313);
  take(EpDevice_Device, table, 316);
  check(CreateEnv(kLogFatal, "mavseg", &env_), kCode);
}

void OrtApi::check(OrtStatus* status, const char* code) const {
  if (status == nullptr) return;
  const std::string message = GetErrorMessage(status);
  ReleaseStatus(status);
  throw CodedError(code, message);
}

void OrtApi::ignore(OrtStatus* status) const {
  if (status != nullptr) ReleaseStatus(status);
}

}  // namespace mavseg

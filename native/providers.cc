#include "providers.h"

#include <cstdlib>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

namespace mavseg {

namespace {

constexpr const char* kInquiryCode = "ORT_LIBRARY_UNUSABLE";
constexpr const char* kChoiceCode = "PROVIDER_UNAVAILABLE";
constexpr const char* kPluginCode = "PROVIDER_LIBRARY_UNUSABLE";

/** Read by the WebGPU plugin when it looks for adapters. */
constexpr const char* kAllowSoftware = "ORT_WEBGPU_EP_ALLOW_SOFTWARE_ADAPTER";

std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }

std::string type_name(int type) {
  constexpr int kGpu = 1;
  constexpr int kNpu = 2;
  return type == kGpu ? "gpu" : type == kNpu ? "npu" : "cpu";
}

/** Options as onnxruntime takes them: two lists of pointers into the choice. */
struct Options {
  explicit Options(const ProviderChoice& choice) {
    for (const auto& [key, value] : choice.options) {
      keys.push_back(key.c_str());
      values.push_back(value.c_str());
    }
  }
  size_t count() const { return keys.size(); }

  std::vector<const char*> keys;
  std::vector<const char*> values;
};

void append_cuda(const OrtApi& api, OrtSessionOptions* session_options, const Options& options) {
  OrtCudaProviderOptions* created = nullptr;
  api.check(api.CreateCUDAProviderOptions(&created), kChoiceCode);
  const std::unique_ptr<OrtCudaProviderOptions, void (*)(OrtCudaProviderOptions*)> owned(created,
                                                                                        api.ReleaseCUDAProviderOptions);
  api.check(api.UpdateCUDAProviderOptions(created, options.keys.data(), options.values.data(), options.count()),
            kChoiceCode);
  api.check(api.SessionOptionsAppendExecutionProvider_CUDA_V2(session_options, created), kChoiceCode);
}

void append_tensorrt(const OrtApi& api, OrtSessionOptions* session_options, const Options& options) {
  OrtTensorRtProviderOptions* created = nullptr;
  api.check(api.CreateTensorRTProviderOptions(&created), kChoiceCode);
  const std::unique_ptr<OrtTensorRtProviderOptions, void (*)(OrtTensorRtProviderOptions*)> owned(
      created, api.ReleaseTensorRTProviderOptions);
  api.check(api.UpdateTensorRTProviderOptions(created, options.keys.data(), options.values.data(), options.count()),
            kChoiceCode);
  api.check(api.SessionOptionsAppendExecutionProvider_TensorRT_V2(session_options, created), kChoiceCode);
  // What TensorRT does not take stays on the GPU that way.
  append_cuda(api, session_options, Options({}));
}

/** A GPU before a neural processor before the CPU, which a provider may list as well. */
const OrtEpDevice* best_device(const OrtApi& api, const std::string& provider) {
  const std::vector<ProviderDevice> devices = provider_devices(api);
  for (const char* type : {"gpu", "npu", "cpu"}) {
    for (const ProviderDevice& device : devices) {
      if (device.provider == provider && device.type == type) return device.handle;
    }
  }
  throw CodedError(kChoiceCode, "no device for " + provider);
}

}  // namespace

std::unique_lock<std::mutex> hold_provider(const ProviderChoice& choice) {
  // Never destroyed: at the end of the process sessions of other threads may still be running.
  static auto* webgpu = new std::mutex();
  // `WebGPU` inside the library, `WebGpuExecutionProvider` in a plugin.
  const bool is_webgpu = choice.name.rfind("WebG", 0) == 0;
  return is_webgpu ? std::unique_lock<std::mutex>(*webgpu) : std::unique_lock<std::mutex>();
}

std::vector<std::string> built_in_providers(const OrtApi& api) {
  char** names = nullptr;
  int count = 0;
  api.check(api.GetAvailableProviders(&names, &count), kInquiryCode);
  std::vector<std::string> providers(names, names + count);
  api.ignore(api.ReleaseAvailableProviders(names, count));
  return providers;
}

void register_plugin(const OrtApi& api, const std::string& path, bool allow_software) {
  static std::mutex mutex;
  static auto* registered = new std::set<std::pair<const OrtApi*, std::string>>();
  std::lock_guard<std::mutex> lock(mutex);
  if (registered->count({&api, path}) > 0) return;
  if (allow_software) setenv(kAllowSoftware, "1", 0);
  try {
    // The path as its name: unique, and what errors speak of.
    api.check(api.RegisterExecutionProviderLibrary(api.env(), path.c_str(), path.c_str()), kPluginCode);
  } catch (const CodedError& error) {
    throw CodedError(kPluginCode, path + ": " + error.what());
  }
  registered->insert({&api, path});
}

void append_provider(const OrtApi& api, OrtSessionOptions* session_options, const ProviderChoice& choice) {
  const Options options(choice);
  if (choice.name.empty()) return;
  if (!choice.plugins.empty()) {
    for (const std::string& plugin : choice.plugins) register_plugin(api, plugin, choice.allow_software);
    const OrtEpDevice* device = best_device(api, choice.name);
    api.check(api.SessionOptionsAppendExecutionProvider_V2(session_options, api.env(), &device, 1, options.keys.data(),
                                                           options.values.data(), options.count()),
              kChoiceCode);
  } else if (choice.name == "CUDA") {
    append_cuda(api, session_options, options);
  } else if (choice.name == "TensorRT") {
    append_tensorrt(api, session_options, options);
  } else {
    api.check(api.SessionOptionsAppendExecutionProvider(session_options, choice.name.c_str(), options.keys.data(),
                                                        options.values.data(), options.count()),
              kChoiceCode);
  }
}

std::vector<ProviderDevice> provider_devices(const OrtApi& api) {
  const OrtEpDevice* const* handles = nullptr;
  size_t count = 0;
  api.check(api.GetEpDevices(api.env(), &handles, &count), kInquiryCode);
  std::vector<ProviderDevice> devices;
  for (size_t index = 0; index < count; index++) {
    const OrtEpDevice* handle = handles[index];
    const OrtHardwareDevice* hardware = api.EpDevice_Device(handle);
    devices.push_back({text_or_empty(api.EpDevice_EpName(handle)), text_or_empty(api.EpDevice_EpVendor(handle)),
                       type_name(api.HardwareDevice_Type(hardware)), text_or_empty(api.HardwareDevice_Vendor(hardware)),
                       api.HardwareDevice_VendorId(hardware), api.HardwareDevice_DeviceId(hardware), handle});
  }
  return devices;
}

}  // namespace mavseg

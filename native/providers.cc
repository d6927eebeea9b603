#include "providers.h"

#include <cstdlib>
#include <mutex>
#include <set>
#include <utility>

namespace mavseg {

namespace {

constexpr const char* kInquiryCode = "ORT_LIBRARY_UNUSABLE";
constexpr const char* kPluginCode = "PROVIDER_LIBRARY_UNUSABLE";

/** Read by the WebGPU plugin when it looks for adapters. */
constexpr const char* kAllowSoftware = "ORT_WEBGPU_EP_ALLOW_SOFTWARE_ADAPTER";

std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }

std::string type_name(int type) {
  constexpr int kGpu = 1;
  constexpr int kNpu = 2;
  return type == kGpu ? "gpu" : type == kNpu ? "npu" : "cpu";
}

}  // namespace

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

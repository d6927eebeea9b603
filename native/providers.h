#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "ort_api.h"

namespace mavseg {

/** A device that an execution provider offers to run on; its memory is onnxruntime's and lasts as long as the process. */
struct ProviderDevice {
  /** onnxruntime's name of the provider, such as `WebGpuExecutionProvider`. */
  std::string provider;
  std::string provider_vendor;
  /** `cpu`, `gpu` or `npu`. */
  std::string type;
  std::string vendor;
  uint32_t vendor_id;
  uint32_t device_id;
  const OrtEpDevice* handle;
};

/** Which execution provider a session is to run on. */
struct ProviderChoice {
  /**
   * For a built-in one the name that onnxruntime's interface takes it by (`CUDA`, `TensorRT`, `WebGPU`, ...), for one of
   * a plugin the name that its devices carry; empty for the CPU.
   */
  std::string name;
  /** Paths of the plugins, of which one brings the provider; none for a built-in one. */
  std::vector<std::string> plugins;
  bool allow_software = false;
  std::vector<std::pair<std::string, std::string>> options;
};

/**
 * What must be held while a session on this provider is created, runs or ends: all sessions on WebGPU share one context,
 * and two that run at the same time spoil each other's results or crash. Holds nothing for all others.
 */
std::unique_lock<std::mutex> hold_provider(const ProviderChoice& choice);

/** The providers that the library was built with, best first, by onnxruntime's names. */
std::vector<std::string> built_in_providers(const OrtApi& api);

/**
 * Makes the providers of a plugin known to the library; a plugin that is known already stays as it is. It is never taken
 * out again, since sessions may still use it.
 * @param allow_software whether the WebGPU plugin may list what is not on the PCI bus: software rendering, but also the
 *   GPU of a Jetson. Holds for the whole process, and only for a plugin that is not known yet.
 * @throws CodedError PROVIDER_LIBRARY_UNUSABLE with the path and the reason
 */
void register_plugin(const OrtApi& api, const std::string& path, bool allow_software);

/**
 * Puts the provider before the CPU in the options of a session.
 * @throws CodedError PROVIDER_UNAVAILABLE with onnxruntime's reason, PROVIDER_LIBRARY_UNUSABLE
 */
void append_provider(const OrtApi& api, OrtSessionOptions* session_options, const ProviderChoice& choice);

/** What the providers of the library and of all registered plugins have found on this machine. */
std::vector<ProviderDevice> provider_devices(const OrtApi& api);

}  // namespace mavseg

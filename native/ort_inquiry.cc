#include "ort_inquiry.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coded_error.h"
#include "providers.h"

namespace mavseg {

namespace {

class Inquiry : public Napi::AsyncWorker {
 public:
  Inquiry(Napi::Env env, std::string library, std::vector<std::string> plugins, bool allow_software)
      : AsyncWorker(env, "mavseg-inspect-ort"),
        deferred_(env),
        library_(std::move(library)),
        plugins_(std::move(plugins)),
        allow_software_(allow_software) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override {
    try {
      const OrtApi& api = OrtApi::open(library_);
      for (const std::string& plugin : plugins_) register_plugin(api, plugin, allow_software_);
      release_ = api.version();
      providers_ = built_in_providers(api);
      devices_ = provider_devices(api);
    } catch (const CodedError& error) {
      failure_ = error;
    }
  }

  void OnOK() override {
    const Napi::Env env = Env();
    if (failure_) deferred_.Reject(to_error(env, *failure_).Value());
    else deferred_.Resolve(report(env));
  }

  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

 private:
  Napi::Object report(Napi::Env env) const {
    Napi::Array providers = Napi::Array::New(env);
    for (const std::string& name : providers_) providers.Set(providers.Length(), name);
    Napi::Array devices = Napi::Array::New(env);
    for (const ProviderDevice& device : devices_) devices.Set(devices.Length(), describe(env, device));
    Napi::Object report = Napi::Object::New(env);
    report.Set("release", release_);
    report.Set("providers", providers);
    report.Set("devices", devices);
    return report;
  }

  static Napi::Object describe(Napi::Env env, const ProviderDevice& device) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("provider", device.provider);
    object.Set("providerVendor", device.provider_vendor);
    object.Set("type", device.type);
    object.Set("vendor", device.vendor);
    object.Set("vendorId", Napi::Number::New(env, device.vendor_id));
    object.Set("deviceId", Napi::Number::New(env, device.device_id));
    return object;
  }

  Napi::Promise::Deferred deferred_;
  std::string library_;
  std::vector<std::string> plugins_;
  bool allow_software_;
  std::optional<CodedError> failure_;
  std::string release_;
  std::vector<std::string> providers_;
  std::vector<ProviderDevice> devices_;
};

}  // namespace

Napi::Value inspect_ort(const Napi::CallbackInfo& info) {
  const Napi::Array paths = info[1].As<Napi::Array>();
  std::vector<std::string> plugins;
  for (uint32_t index = 0; index < paths.Length(); index++) {
    plugins.push_back(paths.Get(index).As<Napi::String>());
  }
  // Deletes itself when it is done.
  auto* inquiry = new Inquiry(info.Env(), info[0].As<Napi::String>(), std::move(plugins), info[2].As<Napi::Boolean>());
  const Napi::Promise promise = inquiry->promise();
  inquiry->Queue();
  return promise;
}

}  // namespace mavseg

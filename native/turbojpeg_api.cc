#include "turbojpeg_api.h"

#include <dlfcn.h>

#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>

namespace mavseg {

namespace {

template <typename Function>
void take(Function& function, void* library, const std::string& file, const char* name) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw std::runtime_error(file + ", which has no " + name);
}

std::string file_of(void* function, const std::string& otherwise) {
  Dl_info info;
  return dladdr(function, &info) != 0 && info.dli_fname != nullptr ? info.dli_fname : otherwise;
}

}  // namespace

const TurboJpegApi& TurboJpegApi::open(const std::string& library) {
  static std::mutex mutex;
  // Never destroyed: at the end of the process segmenters of other threads may still be decoding.
  static auto* opened = new std::map<std::string, std::unique_ptr<TurboJpegApi>>();
  std::lock_guard<std::mutex> lock(mutex);
  std::unique_ptr<TurboJpegApi>& api = (*opened)[library];
  if (api == nullptr) api.reset(new TurboJpegApi(library));
  return *api;
}

TurboJpegApi::TurboJpegApi(const std::string& library) {
  // Local: sharp brings a libjpeg of its own into this process.
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw std::runtime_error(dlerror());
  take(tjInitDecompress, handle, library, "tjInitDecompress");
  file_ = file_of(reinterpret_cast<void*>(tjInitDecompress), library);
  take(tjDecompressHeader3, handle, file_, "tjDecompressHeader3");
  take(tjDecompress2, handle, file_, "tjDecompress2");
  take(tjGetErrorStr2, handle, file_, "tjGetErrorStr2");
  take(tjDestroy, handle, file_, "tjDestroy");
}

}  // namespace mavseg

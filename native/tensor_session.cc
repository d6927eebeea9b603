#include "tensor_session.h"

#include <cstdlib>
#include <cstring>
#include <set>

#include "tensor_values.h"

namespace mavseg {

namespace {

constexpr const char* kModelCode = "MODEL_CORRUPT";
constexpr const char* kRunCode = "ONNX_RUN_FAILED";

constexpr int kArenaAllocator = 1;
constexpr int kDefaultMemory = 0;

/** All sessions that have a thread. Never destroyed: it is used while the process ends. */
struct Registry {
  std::mutex mutex;
  std::set<TensorSession*> sessions;
};

Registry& registry() {
  static Registry* registry = new Registry();
  return *registry;
}

}  // namespace

TensorSession::TensorSession(TensorSessionOptions options, std::function<void(TensorAnswer)> answer)
    : options_(std::move(options)), answer_(std::move(answer)) {
  Registry& all = registry();
  std::lock_guard<std::mutex> lock(all.mutex);
  all.sessions.insert(this);
  thread_ = std::thread([this] { serve(); });
}

TensorSession::~TensorSession() {
  stop();
  Registry& all = registry();
  std::lock_guard<std::mutex> lock(all.mutex);
  all.sessions.erase(this);
}

void TensorSession::submit(TensorRun run) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back(std::move(run));
  }
  wake_.notify_one();
}

void TensorSession::submit_copies(std::vector<TensorCopy> copies, void* token) {
  TensorRun run{};
  run.copies = std::move(copies);
  run.token = token;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_front(std::move(run));
  }
  wake_.notify_one();
}

void TensorSession::close() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
}

void TensorSession::stop() {
  std::lock_guard<std::mutex> one_at_a_time(stop_mutex_);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    // A failure would only mean that the run ends by itself, a little later.
    if (running_ != nullptr) api_->ignore(api_->RunOptionsSetTerminate(running_));
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void TensorSession::stop_all() {
  Registry& all = registry();
  std::lock_guard<std::mutex> lock(all.mutex);
  for (TensorSession* session : all.sessions) session->stop();
}

void TensorSession::serve() {
  const std::optional<CodedError> failure = attempt(kModelCode, [this] { open(); });
  tell({TensorAnswer::Kind::kReady, nullptr, failure, {}});
  if (failure) return;
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopped_ || closing_ || !queue_.empty(); });
    if (stopped_ || queue_.empty()) break;
    const TensorRun run = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    TensorAnswer answer{TensorAnswer::Kind::kDone, run.token, std::nullopt, {}};
    answer.error = attempt(kRunCode, [&] { answer.produced = process(run); });
    tell(std::move(answer));
    lock.lock();
  }
  lock.unlock();
  session_.reset();
  memory_.reset();
  tell({TensorAnswer::Kind::kClosed, nullptr, std::nullopt, {}});
}

void TensorSession::tell(TensorAnswer answer) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!stopped_) answer_(std::move(answer));
}

void TensorSession::open() {
  const OrtApi& api = OrtApi::open(options_.library);
  api_ = &api;
  // After the library was opened, so that it runs before the library takes itself apart.
  static const int registered = std::atexit(TensorSession::stop_all);
  if (registered != 0) throw CodedError(kModelCode, "no memory to register the end of the process");
  OrtMemoryInfo* memory = nullptr;
  api.check(api.CreateCpuMemoryInfo(kArenaAllocator, kDefaultMemory, &memory), kModelCode);
  memory_ = Owned<OrtMemoryInfo>(memory, api.ReleaseMemoryInfo);
  const Owned<OrtSessionOptions> settings = session_options();
  OrtSession* created = nullptr;
  api.check(options_.model != nullptr
                ? api.CreateSessionFromArray(api.env(), options_.model, options_.model_bytes, settings.get(), &created)
                : api.CreateSession(api.env(), options_.model_path.c_str(), settings.get(), &created),
            kModelCode);
  session_ = Owned<OrtSession>(created, api.ReleaseSession);
  inputs_ = describe_inputs(api, created);
  outputs_ = describe_outputs(api, created);
}

TensorSession::Owned<OrtSessionOptions> TensorSession::session_options() const {
  constexpr const char* kCode = "ONNX_OPTION_INVALID";
  const OrtApi& api = *api_;
  OrtSessionOptions* created = nullptr;
  api.check(api.CreateSessionOptions(&created), kModelCode);
  Owned<OrtSessionOptions> options(created, api.ReleaseSessionOptions);
  api.check(api.SetSessionGraphOptimizationLevel(created, options_.optimization), kCode);
  api.check(api.SetSessionExecutionMode(created, options_.execution_mode), kCode);
  api.check(api.SetIntraOpNumThreads(created, options_.intra_threads), kCode);
  api.check(api.SetInterOpNumThreads(created, options_.inter_threads), kCode);
  if (!options_.uses_arena) api.check(api.DisableCpuMemArena(created), kCode);
  if (!options_.uses_memory_pattern) api.check(api.DisableMemPattern(created), kCode);
  const std::string& optimized = options_.optimized_model_path;
  if (!optimized.empty()) api.check(api.SetOptimizedModelFilePath(created, optimized.c_str()), kCode);
  api.check(api.SetSessionLogId(created, options_.log_id.c_str()), kCode);
  api.check(api.SetSessionLogSeverityLevel(created, options_.log_severity), kCode);
  api.check(api.SetSessionLogVerbosityLevel(created, options_.log_verbosity), kCode);
  for (const auto& [name, size] : options_.free_dimensions) {
    api.check(api.AddFreeDimensionOverrideByName(created, name.c_str(), size), kCode);
  }
  for (const auto& [key, value] : options_.config) {
    api.check(api.AddSessionConfigEntry(created, key.c_str(), value.c_str()), kCode);
  }
  return options;
}

std::vector<ProducedTensor> TensorSession::process(const TensorRun& run) {
  if (run.copies.empty()) return infer(run);
  for (const TensorCopy& copy : run.copies) std::memcpy(copy.to, copy.from, copy.bytes);
  return {};
}

std::vector<ProducedTensor> TensorSession::infer(const TensorRun& run) {
  const OrtApi& api = *api_;
  const Owned<OrtRunOptions> options = run_options(run);
  std::vector<Owned<OrtValue>> held;
  std::vector<const char*> input_names, output_names;
  std::vector<const OrtValue*> inputs;
  std::vector<OrtValue*> outputs;
  for (const auto& [index, place] : run.inputs) {
    input_names.push_back(inputs_[index].name.c_str());
    held.push_back(value_at(place));
    inputs.push_back(held.back().get());
  }
  for (const auto& [index, place] : run.outputs) {
    output_names.push_back(outputs_[index].name.c_str());
    if (place) held.push_back(value_at(*place));
    outputs.push_back(place ? held.back().get() : nullptr);
  }
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopped_) return {};
    running_ = options.get();
  }
  OrtStatus* status = api.Run(session_.get(), options.get(), input_names.data(), inputs.data(), inputs.size(),
                              output_names.data(), outputs.size(), outputs.data());
  {
    std::lock_guard<std::mutex> lock(mutex_);
    running_ = nullptr;
  }
  api.check(status, kRunCode);
  std::vector<ProducedTensor> produced;
  for (size_t index = 0; index < outputs.size(); index++) {
    if (!run.outputs[index].second) produced.push_back(view_of(api, outputs[index]));
  }
  return produced;
}

TensorSession::Owned<OrtRunOptions> TensorSession::run_options(const TensorRun& run) const {
  constexpr const char* kCode = "ONNX_OPTION_INVALID";
  const OrtApi& api = *api_;
  OrtRunOptions* created = nullptr;
  api.check(api.CreateRunOptions(&created), kRunCode);
  Owned<OrtRunOptions> options(created, api.ReleaseRunOptions);
  if (!run.tag.empty()) api.check(api.RunOptionsSetRunTag(created, run.tag.c_str()), kCode);
  if (run.log_severity >= 0) api.check(api.RunOptionsSetRunLogSeverityLevel(created, run.log_severity), kCode);
  api.check(api.RunOptionsSetRunLogVerbosityLevel(created, run.log_verbosity), kCode);
  if (run.is_terminated) api.check(api.RunOptionsSetTerminate(created), kCode);
  for (const auto& [key, value] : run.config) {
    api.check(api.AddRunConfigEntry(created, key.c_str(), value.c_str()), kCode);
  }
  return options;
}

TensorSession::Owned<OrtValue> TensorSession::value_at(const TensorPlace& place) const {
  if (place.element == kStringElement) return string_value(place);
  OrtValue* value = nullptr;
  // An empty tensor has no memory, and onnxruntime takes no null pointer.
  static char nothing;
  api_->check(api_->CreateTensorWithDataAsOrtValue(memory_.get(), place.data == nullptr ? &nothing : place.data,
                                                   place.bytes, place.dims.data(), place.dims.size(), place.element,
                                                   &value),
              "ONNX_TENSOR_INVALID");
  return Owned<OrtValue>(value, api_->ReleaseValue);
}

TensorSession::Owned<OrtValue> TensorSession::string_value(const TensorPlace& place) const {
  constexpr const char* kCode = "ONNX_TENSOR_INVALID";
  OrtAllocator* allocator = nullptr;
  OrtValue* value = nullptr;
  api_->check(api_->GetAllocatorWithDefaultOptions(&allocator), kCode);
  api_->check(api_->CreateTensorAsOrtValue(allocator, place.dims.data(), place.dims.size(), kStringElement, &value),
              kCode);
  Owned<OrtValue> owned(value, api_->ReleaseValue);
  std::vector<const char*> strings;
  for (const std::string& text : place.strings) strings.push_back(text.c_str());
  api_->check(api_->FillStringTensor(value, strings.data(), strings.size()), kCode);
  return owned;
}

}  // namespace mavseg

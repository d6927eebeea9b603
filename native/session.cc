#include "session.h"

#include <cstdio>

namespace mavseg {

namespace {

constexpr const char* kModelCode = "MODEL_CORRUPT";
constexpr const char* kProviderCode = "PROVIDER_UNAVAILABLE";
constexpr const char* kRunCode = "INFERENCE_FAILED";

constexpr int kSequential = 0;
constexpr int kOptimizeAll = 99;
/** All but the last step, which blocks the channels. */
constexpr int kOptimizeGraph = 2;
constexpr int kArenaAllocator = 1;
constexpr int kDefaultMemory = 0;

/** Releases that know a limit for spinning; asked of an older one, it would spin without end. */
constexpr int kLimitSinceMajor = 1;
constexpr int kLimitSinceMinor = 30;

/** Longer than from one layer to the next, shorter than what a sleeping thread costs another process. */
constexpr const char* kSpinUs = "200";

bool limits_spinning(const std::string& release) {
  int major = 0, minor = 0;
  if (std::sscanf(release.c_str(), "%d.%d", &major, &minor) != 2) return false;
  return major > kLimitSinceMajor || (major == kLimitSinceMajor && minor >= kLimitSinceMinor);
}

/**
 * Threads that wait awake for the next layer save a small net a third of its time on a quiet machine. On a busy one they
 * made runs 2 to 3 times slower, because they take the cores from everybody else. So they wait awake for a moment only,
 * and not at all once a run has ended: then the kernels around it need the cores (docs/decisions/0005).
 */
void limit_spinning(const OrtApi& api, OrtSessionOptions* options) {
  const auto set = [&](const char* key, const char* value) {
    api.check(api.AddSessionConfigEntry(options, key, value), kModelCode);
  };
  if (!limits_spinning(api.version())) return set("session.intra_op.allow_spinning", "0");
  set("session.intra_op.allow_spinning", "1");
  set("session.intra_op.spin_duration_us", kSpinUs);
  set("session.force_spinning_stop", "1");
}

}  // namespace

Session::Session(const OrtApi& api, const SessionOptions& options)
    : api_(api),
      options_(options),
      session_(nullptr, api.ReleaseSession),
      run_options_(nullptr, api.ReleaseRunOptions),
      memory_(nullptr, api.ReleaseMemoryInfo),
      input_(nullptr, api.ReleaseValue),
      result_(nullptr, api.ReleaseValue) {
  OrtRunOptions* run_options = nullptr;
  api.check(api.CreateRunOptions(&run_options), kModelCode);
  run_options_.reset(run_options);
  OrtMemoryInfo* memory = nullptr;
  api.check(api.CreateCpuMemoryInfo(kArenaAllocator, kDefaultMemory, &memory), kModelCode);
  memory_.reset(memory);
}

std::unique_ptr<Session> Session::from_bytes(const SessionOptions& options, const void* model, size_t bytes) {
  const OrtApi& api = OrtApi::open(options.library);
  std::unique_ptr<Session> session(new Session(api, options));
  OrtSession* created = nullptr;
  const std::unique_lock<std::mutex> held = hold_provider(options.provider);
  const Owned<OrtSessionOptions> settings = session->session_options();
  api.check(api.CreateSessionFromArray(api.env(), model, bytes, settings.get(), &created), session->creation_code());
  session->session_.reset(created);
  return session;
}

std::unique_ptr<Session> Session::from_file(const SessionOptions& options, const std::string& path) {
  const OrtApi& api = OrtApi::open(options.library);
  std::unique_ptr<Session> session(new Session(api, options));
  OrtSession* created = nullptr;
  const std::unique_lock<std::mutex> held = hold_provider(options.provider);
  const Owned<OrtSessionOptions> settings = session->session_options();
  api.check(api.CreateSession(api.env(), path.c_str(), settings.get(), &created), session->creation_code());
  session->session_.reset(created);
  return session;
}

Session::~Session() {
  const std::unique_lock<std::mutex> held = hold_provider(options_.provider);
  session_.reset();
}

Session::Owned<OrtSessionOptions> Session::session_options() const {
  OrtSessionOptions* created = nullptr;
  api_.check(api_.CreateSessionOptions(&created), kModelCode);
  Owned<OrtSessionOptions> options(created, api_.ReleaseSessionOptions);
  const int level = options_.blocked ? kOptimizeAll : kOptimizeGraph;
  api_.check(api_.SetSessionGraphOptimizationLevel(created, level), kModelCode);
  // Nets for segmentation are one chain of layers: running branches side by side costs more than it brings.
  api_.check(api_.SetSessionExecutionMode(created, kSequential), kModelCode);
  api_.check(api_.SetInterOpNumThreads(created, 1), kModelCode);
  api_.check(api_.SetIntraOpNumThreads(created, options_.threads), kModelCode);
  limit_spinning(api_, created);
  append_provider(api_, created, options_.provider);
  return options;
}

const char* Session::creation_code() const { return options_.provider.name.empty() ? kModelCode : kProviderCode; }

void Session::set_input(void* data, size_t bytes, OrtElement element, const std::vector<int64_t>& dims) {
  result_.reset();
  OrtValue* input = nullptr;
  api_.check(api_.CreateTensorWithDataAsOrtValue(memory_.get(), data, bytes, dims.data(), dims.size(),
                                                 static_cast<int>(element), &input),
             kRunCode);
  input_.reset(input);
}

void Session::run() {
  const char* input_name = options_.input_name.c_str();
  const char* output_name = options_.output_name.c_str();
  const OrtValue* input = input_.get();
  OrtValue* result = result_.get();
  const std::unique_lock<std::mutex> held = hold_provider(options_.provider);
  // Not by an IoBinding: for a provider with memory of its own that copies the input when it is bound, not when it runs,
  // and every frame after the first would get the first one's mask.
  api_.check(api_.Run(session_.get(), run_options_.get(), &input_name, &input, 1, &output_name, 1, &result), kRunCode);
  if (result_ != nullptr) return;
  result_.reset(result);
  view_output();
}

void Session::view_output() {
  OrtTensorInfo* created = nullptr;
  api_.check(api_.GetTensorTypeAndShape(result_.get(), &created), kRunCode);
  const Owned<OrtTensorInfo> info(created, api_.ReleaseTensorTypeAndShapeInfo);
  int element = 0;
  size_t count = 0;
  void* data = nullptr;
  api_.check(api_.GetTensorElementType(created, &element), kRunCode);
  api_.check(api_.GetDimensionsCount(created, &count), kRunCode);
  output_.element = static_cast<OrtElement>(element);
  output_.dims.resize(count);
  api_.check(api_.GetDimensions(created, output_.dims.data(), count), kRunCode);
  api_.check(api_.GetTensorMutableData(result_.get(), &data), kRunCode);
  output_.data = data;
}

void Session::terminate() {
  // A failure would only mean that the run ends by itself, a little later.
  api_.ignore(api_.RunOptionsSetTerminate(run_options_.get()));
}

}  // namespace mavseg

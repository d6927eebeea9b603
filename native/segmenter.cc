#include "segmenter.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <set>
#include <utility>

namespace mavseg {

namespace {

using Clock = std::chrono::steady_clock;

double ms_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

/** All segmenters that have a thread. Never destroyed: it is used while the process ends. */
struct Registry {
  std::mutex mutex;
  std::set<Segmenter*> segmenters;
};

Registry& registry() {
  static Registry* registry = new Registry();
  return *registry;
}

OrtElement element_of(InputType type) {
  if (type == InputType::kFloat32) return OrtElement::kFloat32;
  return type == InputType::kFloat16 ? OrtElement::kFloat16 : OrtElement::kUint8;
}

std::string brackets(const std::vector<int64_t>& dims) {
  std::string text = "[";
  for (size_t index = 0; index < dims.size(); index++) text += (index == 0 ? "" : ",") + std::to_string(dims[index]);
  return text + "]";
}

bool same_axis(const AxisGeometry& a, const AxisGeometry& b) {
  return a.frame == b.frame && a.tensor == b.tensor && a.resized == b.resized && a.cropped == b.cropped &&
         a.content == b.content && a.offset == b.offset && a.map.scale == b.map.scale && a.map.shift == b.map.shift &&
         a.map.from == b.map.from && a.map.to == b.map.to;
}

/** A camera's picture as a net's input, made row by row. */
class CameraRows : public PictureRows {
 public:
  CameraRows(InputTensor& input, const Picture& picture) : input_(input), picture_(picture) {}
  void write(int y, int worker, float* const* planes) override { input_.write_planes(picture_, y, worker, planes); }

 private:
  InputTensor& input_;
  const Picture& picture_;
};

std::optional<OutputType> score_type(OrtElement element) {
  if (element == OrtElement::kFloat32) return OutputType::kFloat32;
  if (element == OrtElement::kFloat16) return OutputType::kFloat16;
  return std::nullopt;
}

std::optional<OutputType> id_type(OrtElement element) {
  if (element == OrtElement::kUint8) return OutputType::kUint8;
  if (element == OrtElement::kInt32) return OutputType::kInt32;
  if (element == OrtElement::kInt64) return OutputType::kInt64;
  return std::nullopt;
}

}  // namespace

Segmenter::Segmenter(SegmenterOptions options, std::function<void(Answer)> answer)
    : options_(std::move(options)),
      answer_(std::move(answer)),
      isa_(best_isa()),
      statistics_(static_cast<size_t>(options_.output.class_count)) {
  Registry& all = registry();
  std::lock_guard<std::mutex> lock(all.mutex);
  all.segmenters.insert(this);
  thread_ = std::thread([this] { serve(); });
}

Segmenter::~Segmenter() {
  stop();
  Registry& all = registry();
  std::lock_guard<std::mutex> lock(all.mutex);
  all.segmenters.erase(this);
}

void Segmenter::submit(const Job& job) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back(job);
  }
  wake_.notify_one();
}

void Segmenter::close() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
}

void Segmenter::stop() {
  std::lock_guard<std::mutex> one_at_a_time(stop_mutex_);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    if (net_ != nullptr) net_->terminate();
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Segmenter::stop_all() {
  Registry& all = registry();
  std::lock_guard<std::mutex> lock(all.mutex);
  for (Segmenter* segmenter : all.segmenters) segmenter->stop();
}

void Segmenter::serve() {
  Answer ready{Answer::Kind::kReady, nullptr, std::nullopt, 0};
  ready.error = attempt("MODEL_CORRUPT", [&] { open_net(ready); });
  const bool has_failed = ready.error.has_value();
  tell(std::move(ready));
  if (has_failed) return;
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopped_ || closing_ || !queue_.empty(); });
    if (stopped_ || queue_.empty()) break;
    const Job job = queue_.front();
    queue_.pop_front();
    lock.unlock();
    Answer answer{Answer::Kind::kDone, job.token, std::nullopt, 0};
    answer.error = attempt("INFERENCE_FAILED", [&] { answer.run_length_bytes = process(job); });
    tell(std::move(answer));
    lock.lock();
  }
  std::unique_ptr<NetRunner> ended = std::move(net_);
  lock.unlock();
  ended.reset();
  pool_.reset();
  plan_.reset();
  jpeg_decoder_.reset();
  tell({Answer::Kind::kClosed, nullptr, std::nullopt, 0});
}

void Segmenter::tell(Answer answer) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!stopped_) answer_(std::move(answer));
}

void Segmenter::open_net(Answer& ready) {
  pool_ = std::make_unique<ThreadPool>(options_.session.threads);
  std::unique_ptr<Session> session = open_session();
  // After the library was opened, so that it runs before the library takes itself apart.
  static const int registered = std::atexit(Segmenter::stop_all);
  if (registered != 0) throw CodedError("MODEL_CORRUPT", "no memory to register the end of the process");
  std::unique_ptr<FusedSession> fused;
  if (!options_.fused.steps.empty()) fused = open_fused(*session, ready);
  // What follows the picture's motion reads the whole tensor.
  if (!options_.temporal) by_rows_ = fused.get();
  is_fused_ = ready.is_fused = fused != nullptr;
  if (is_fused_) ready.instruction_set = fused->kernel_name();
  std::unique_ptr<NetRunner> net = std::move(session);
  if (fused != nullptr) net = std::move(fused);
  std::lock_guard<std::mutex> lock(mutex_);
  net_ = std::move(net);
}

std::unique_ptr<Session> Segmenter::open_session() const {
  return options_.model != nullptr ? Session::from_bytes(options_.session, options_.model, options_.model_bytes)
                                   : Session::from_file(options_.session, options_.model_path);
}

std::unique_ptr<FusedSession> Segmenter::open_fused(Session& session, Answer& ready) {
  std::unique_ptr<FusedSession> fused;
  const std::optional<CodedError> failure = attempt("INFERENCE_FAILED", [&] {
    fused = std::make_unique<FusedSession>(std::move(options_.fused.steps), isa_, *pool_);
    const auto& steps = options_.fused;
    ready.fused_refusal =
        difference(session, element_of(options_.input.type), *fused, steps.check_height, steps.check_width)
            .value_or("");
  });
  if (failure) ready.fused_refusal = failure->what();
  if (!ready.fused_refusal.empty()) return nullptr;
  // A net of half floats runs in single precision: no rounding, and no conversion of the picture.
  options_.input.type = InputType::kFloat32;
  return fused;
}

size_t Segmenter::process(const Job& job) {
  const Clock::time_point start = Clock::now();
  // Before anything that can fail: the frame after one that did may not go on from what came before both.
  if (!job.goes_on && plan_ != nullptr && plan_->temporal != nullptr) plan_->temporal->forget();
  const Picture picture = decode(job);
  const bool is_raw = std::holds_alternative<Picture>(job.picture);
  const Clock::time_point decoded = is_raw ? start : Clock::now();
  plan(job.geometry);
  std::optional<ThreadPool::Awake> awake;
  if (is_fused_) awake.emplace(*pool_);
  if (by_rows_ == nullptr) plan_->input->write(picture, *pool_);
  const Clock::time_point ready = Clock::now();
  run_net(picture);
  const Clock::time_point inferred = Clock::now();
  if (!awake) awake.emplace(*pool_);
  const OutputView& output = net_->output();
  if (plan_->decoder == nullptr) plan_output(output);
  const void* scores = output.data;
  if (plan_->regions != nullptr) scores = plan_->regions->run(scores, *pool_);
  if (plan_->temporal != nullptr) scores = plan_->temporal->run(plan_->input->data(), scores, *pool_);
  const size_t run_length_bytes =
      plan_->decoder->run(scores, job.mask, *pool_, statistics_.data(), job.run_lengths);
  const double timings_ms[kReportTimings] = {ms_between(start, decoded), ms_between(decoded, ready),
                                             ms_between(ready, inferred), ms_between(inferred, Clock::now())};
  write_report(job, timings_ms, statistics_);
  return run_length_bytes;
}

void Segmenter::run_net(const Picture& picture) {
  if (by_rows_ == nullptr) return net_->run();
  CameraRows rows(*plan_->input, picture);
  by_rows_->run(rows);
}

Picture Segmenter::decode(const Job& job) {
  if (const auto* raw = std::get_if<Picture>(&job.picture)) return *raw;
  if (jpeg_decoder_ == nullptr) jpeg_decoder_ = std::make_unique<JpegDecoder>(TurboJpegApi::open(options_.turbojpeg));
  return jpeg_decoder_->decode(std::get<JpegFile>(job.picture), options_.input.channels == 1);
}

void Segmenter::plan(const Geometry& geometry) {
  if (plan_ != nullptr && same_axis(plan_->geometry.x, geometry.x) && same_axis(plan_->geometry.y, geometry.y)) return;
  // The old tensors go first: two plans at once would double the memory.
  plan_.reset();
  auto plan = std::make_unique<Plan>();
  plan->geometry = geometry;
  plan->input = std::make_unique<InputTensor>(options_.input, geometry, isa_, pool_->size());
  const int64_t channels = options_.input.channels;
  const std::vector<int64_t> dims = options_.input.planar
                                        ? std::vector<int64_t>{1, channels, geometry.y.tensor, geometry.x.tensor}
                                        : std::vector<int64_t>{1, geometry.y.tensor, geometry.x.tensor, channels};
  void* const data = by_rows_ == nullptr ? plan->input->data() : nullptr;
  net_->set_input(data, plan->input->bytes(), element_of(options_.input.type), dims);
  plan_ = std::move(plan);
}

void Segmenter::plan_output(const OutputView& output) {
  const Geometry& geometry = plan_->geometry;
  OutputSpec spec = output_spec(output);
  if (!options_.output.confirm_at.empty()) {
    plan_->regions = std::make_unique<RegionFilter>(options_.output.confirm_at, spec, isa_, pool_->size());
    spec = plan_->regions->result();
  }
  if (options_.temporal) {
    plan_->temporal =
        std::make_unique<TemporalFilter>(*options_.temporal, options_.input, geometry.x.tensor, geometry.y.tensor,
                                         options_.output.stride, spec, isa_, pool_->size());
    spec = plan_->temporal->result();
  }
  plan_->decoder = std::make_unique<MaskDecoder>(spec, geometry.x, geometry.y, isa_, pool_->size());
}

OutputSpec Segmenter::output_spec(const OutputView& output) const {
  const OutputManifest& manifest = options_.output;
  const std::vector<int64_t>& dims = output.dims;
  const auto dim = [&](size_t index) { return index < dims.size() ? dims[index] : 0; };
  // [N,h,w], [N,C,h,w] or [N,h,w,C]
  const bool is_plane = dims.size() == 3;
  const int64_t channels = is_plane ? 1 : dim(manifest.channels_last ? 3 : 1);
  const int64_t height = is_plane || manifest.channels_last ? dim(1) : dim(2);
  const int64_t width = is_plane || manifest.channels_last ? dim(2) : dim(3);
  const auto covering = [&](const AxisGeometry& axis) { return (axis.tensor + manifest.stride - 1) / manifest.stride; };
  const int expected = manifest.kind == OutputKind::kLogits ? manifest.class_count : 1;
  const std::optional<OutputType> type =
      manifest.kind == OutputKind::kClassIds ? id_type(output.element) : score_type(output.element);
  if (!type || channels != expected || width != covering(plan_->geometry.x) || height != covering(plan_->geometry.y)) {
    const std::string element = type ? "" : " of element type " + std::to_string(static_cast<int>(output.element));
    throw CodedError("MANIFEST_INVALID", brackets(dims) + element);
  }
  return {manifest.kind,
          *type,
          static_cast<int>(channels),
          static_cast<int>(width),
          static_cast<int>(height),
          manifest.channels_last && !is_plane,
          manifest.class_count,
          manifest.ignore_index};
}

void Segmenter::write_report(const Job& job, const double* timings_ms,
                             const std::vector<ClassStatistics>& statistics) const {
  double* to = job.report;
  std::memcpy(to, timings_ms, kReportTimings * sizeof(double));
  to += kReportTimings;
  for (const ClassStatistics& s : statistics) {
    const double numbers[kReportPerClass] = {s.pixels,
                                             s.sum_x,
                                             s.sum_y,
                                             static_cast<double>(s.left),
                                             static_cast<double>(s.top),
                                             static_cast<double>(s.right),
                                             static_cast<double>(s.bottom)};
    std::memcpy(to, numbers, sizeof numbers);
    to += kReportPerClass;
  }
}

}  // namespace mavseg

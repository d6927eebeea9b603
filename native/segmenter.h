#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "fused_session.h"
#include "jpeg_decoder.h"
#include "kernels/geometry.h"
#include "kernels/input_tensor.h"
#include "kernels/mask_decoder.h"
#include "kernels/picture.h"
#include "kernels/region_filter.h"
#include "kernels/temporal_filter.h"
#include "session.h"

namespace mavseg {

/** What the manifest says of a net's output. */
struct OutputManifest {
  OutputKind kind;
  bool channels_last;
  int class_count;
  uint8_t ignore_index;
  /** Input px per output px. */
  int stride;
  /** Per class, see RegionFilter; empty keeps all regions. */
  std::vector<float> confirm_at;
};

struct SegmenterOptions {
  SessionOptions session;
  InputSpec input;
  OutputManifest output;
  /** How earlier frames count; without it each mask is of its frame alone. */
  std::optional<TemporalSpec> temporal;
  /** What TurboJpegApi opens with the first JPEG file. */
  std::string turbojpeg;
  /** The net as fused steps, for the CPU; without them onnxruntime runs it. */
  FusedNetOptions fused;
  /** The model: bytes that stay alive until the segmenter is ready, or else a path. */
  const uint8_t* model;
  size_t model_bytes;
  std::string model_path;
};

/** Where the numbers of a report lie: four durations in milliseconds, then seven numbers per class. */
constexpr int kReportTimings = 4;
constexpr int kReportPerClass = 7;

/** One frame. All memory stays the caller's, unchanged and alive until the job is done. */
struct Job {
  std::variant<Picture, JpegFile> picture;
  Geometry geometry;
  /** Whether the frame follows on the one before it; otherwise earlier frames count no more. */
  bool goes_on;
  /** `[height, width]` */
  uint8_t* mask;
  /** `kReportTimings + class_count * kReportPerClass` numbers */
  double* report;
  /** `kMaxRunLengthBytesPerPx` bytes per px for the mask's run lengths, or null. */
  uint8_t* run_lengths;
  /** The caller's own, handed back with the answer. */
  void* token;
};

/** What the segmenter's thread tells: that it is ready, that a job is done, that it has closed. */
struct Answer {
  /** Without a session nothing follows `kReady`. */
  enum class Kind { kReady, kDone, kClosed };
  Kind kind;
  void* token;
  std::optional<CodedError> error;
  /** With `kDone`: how many of the job's run lengths were written. */
  size_t run_length_bytes;
  /** With `kReady`: whether the net runs fused, and where its steps were refused, why. */
  bool is_fused = false;
  std::string fused_refusal = {};
  /** Of a fused net's kernels. */
  std::string instruction_set = {};
};

/**
 * A model in a thread of its own: pictures in, masks out, in the order in which they came. The thread creates the
 * session too, which can take long. Knows nothing of Node.
 */
class Segmenter {
 public:
  /** @param answer called on the segmenter's thread */
  Segmenter(SegmenterOptions options, std::function<void(Answer)> answer);
  /** Stops, see there. */
  ~Segmenter();
  Segmenter(const Segmenter&) = delete;
  Segmenter& operator=(const Segmenter&) = delete;

  /** @param job checked: a raw picture fits its bytes and the geometry is consistent */
  void submit(const Job& job);

  /** Finishes what was submitted, then tells that it has closed. Nothing may be submitted after it. */
  void close();

  /** Cuts a run short, drops what waits and ends the thread. No answer comes during or after it. */
  void stop();

  /** Stops all segmenters of the process: for its end, while onnxruntime is still intact. */
  static void stop_all();

 private:
  /** Everything that depends on the frame's size and is kept while it stays. */
  struct Plan {
    Geometry geometry;
    std::unique_ptr<InputTensor> input;
    /** Made with the decoder, where earlier frames count. */
    std::unique_ptr<RegionFilter> regions;
    std::unique_ptr<TemporalFilter> temporal;
    std::unique_ptr<MaskDecoder> decoder;
  };

  void serve();
  void tell(Answer answer);
  void open_net(Answer& ready);
  std::unique_ptr<Session> open_session() const;
  /** @return null with the reason in `ready`, where the steps do not compute what the session does */
  std::unique_ptr<FusedSession> open_fused(Session& session, Answer& ready);
  /** @return bytes of run lengths */
  size_t process(const Job& job);
  Picture decode(const Job& job);
  void run_net(const Picture& picture);
  void plan(const Geometry& geometry);
  void plan_output(const OutputView& output);
  OutputSpec output_spec(const OutputView& output) const;
  void write_report(const Job& job, const double* timings_ms, const std::vector<ClassStatistics>& statistics) const;

  SegmenterOptions options_;
  std::function<void(Answer)> answer_;
  Isa isa_;
  std::unique_ptr<ThreadPool> pool_;
  std::unique_ptr<NetRunner> net_;
  /** The net where it takes the camera's rows as it needs them, and no tensor of the picture exists; else null. */
  FusedSession* by_rows_ = nullptr;
  /** Whether the net runs on the pool; otherwise the pool's threads leave the cores to onnxruntime's meanwhile. */
  bool is_fused_ = false;
  std::unique_ptr<Plan> plan_;
  std::unique_ptr<JpegDecoder> jpeg_decoder_;
  std::vector<ClassStatistics> statistics_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  bool closing_ = false;
  bool stopped_ = false;
  std::mutex stop_mutex_;
  std::thread thread_;
};

}  // namespace mavseg

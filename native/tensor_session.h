#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ort_api.h"

namespace mavseg {

struct TensorSessionOptions {
  /** Path of libonnxruntime. */
  std::string library;
  /** The model: bytes that stay alive until the session is ready, or else a path. */
  const uint8_t* model;
  size_t model_bytes;
  std::string model_path;
  int intra_threads;
  int inter_threads;
  /** onnxruntime's `GraphOptimizationLevel` and `ExecutionMode`. */
  int optimization;
  int execution_mode;
  bool uses_arena;
  bool uses_memory_pattern;
  /** Empty where it is not to be written. */
  std::string optimized_model_path;
  std::string log_id;
  int log_severity;
  int log_verbosity;
  std::vector<std::pair<std::string, int64_t>> free_dimensions;
  std::vector<std::pair<std::string, std::string>> config;
};

/** What a model says of one of its inputs or outputs. */
struct ValueInfo {
  std::string name;
  /** Code of ONNX's `TensorProto.DataType`; 0 for what is no tensor. */
  int element;
  /** -1 where the size is free. */
  std::vector<int64_t> dims;
  /** The names of free sizes, "" for fixed ones and those without a name. */
  std::vector<std::string> symbols;
};

/** A tensor in memory of the caller's, or, for the element type string, its elements. */
struct TensorPlace {
  int element;
  std::vector<int64_t> dims;
  void* data;
  size_t bytes;
  std::vector<std::string> strings;
};

/** Bytes to be copied from memory of onnxruntime's to memory of the caller's. */
struct TensorCopy {
  const void* from;
  void* to;
  size_t bytes;
};

/** One run. All memory stays the caller's and alive until the run is done. */
struct TensorRun {
  /** By the index of the model's input. */
  std::vector<std::pair<size_t, TensorPlace>> inputs;
  /** By the index of the model's output; without a place onnxruntime makes the tensor. */
  std::vector<std::pair<size_t, std::optional<TensorPlace>>> outputs;
  /** Empty for none. */
  std::string tag;
  /** -1 for the session's. */
  int log_severity;
  int log_verbosity;
  bool is_terminated;
  std::vector<std::pair<std::string, std::string>> config;
  /** Where there are any, nothing is run. */
  std::vector<TensorCopy> copies;
  /** The caller's own, handed back with the answer. */
  void* token;
};

/** A tensor that onnxruntime made; its memory goes when this goes. */
struct ProducedTensor {
  int element;
  std::vector<int64_t> dims;
  const void* data;
  size_t bytes;
  std::vector<std::string> strings;
  std::unique_ptr<OrtValue, void (*)(OrtValue*)> value;
};

/** What the session's thread tells: that it is ready, that a run is done, that it has closed. */
struct TensorAnswer {
  /** Without a session nothing follows `kReady`. */
  enum class Kind { kReady, kDone, kClosed };
  Kind kind;
  void* token;
  std::optional<CodedError> error;
  /** Of a run: the tensors for the outputs without a place, in the order in which they were asked for. */
  std::vector<ProducedTensor> produced;
};

/** A model in a thread of its own: tensors in, tensors out, one run after the other. Knows nothing of Node. */
class TensorSession {
 public:
  /** @param answer called on the session's thread */
  TensorSession(TensorSessionOptions options, std::function<void(TensorAnswer)> answer);
  /** Stops, see there. */
  ~TensorSession();
  TensorSession(const TensorSession&) = delete;
  TensorSession& operator=(const TensorSession&) = delete;

  void submit(TensorRun run);

  /** Copies before the next run, and tells of it as of a run. What is copied from stays alive until then. */
  void submit_copies(std::vector<TensorCopy> copies, void* token);

  /** Finishes what was submitted, then tells that it has closed. Nothing may be submitted after it. */
  void close();

  /** Cuts a run short, drops what waits and ends the thread. No answer comes during or after it. */
  void stop();

  /** Stops all sessions of the process: for its end, while onnxruntime is still intact. */
  static void stop_all();

  /** After `kReady`. */
  const std::vector<ValueInfo>& inputs() const { return inputs_; }
  const std::vector<ValueInfo>& outputs() const { return outputs_; }

 private:
  template <typename T>
  using Owned = std::unique_ptr<T, void (*)(T*)>;

  void serve();
  void tell(TensorAnswer answer);
  void open();
  Owned<OrtSessionOptions> session_options() const;
  std::vector<ProducedTensor> process(const TensorRun& run);
  std::vector<ProducedTensor> infer(const TensorRun& run);
  Owned<OrtRunOptions> run_options(const TensorRun& run) const;
  Owned<OrtValue> value_at(const TensorPlace& place) const;
  Owned<OrtValue> string_value(const TensorPlace& place) const;

  TensorSessionOptions options_;
  std::function<void(TensorAnswer)> answer_;
  const OrtApi* api_ = nullptr;
  std::vector<ValueInfo> inputs_;
  std::vector<ValueInfo> outputs_;
  Owned<OrtSession> session_{nullptr, nullptr};
  Owned<OrtMemoryInfo> memory_{nullptr, nullptr};

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<TensorRun> queue_;
  /** Of the run that is under way. */
  OrtRunOptions* running_ = nullptr;
  bool closing_ = false;
  bool stopped_ = false;
  std::mutex stop_mutex_;
  std::thread thread_;
};

}  // namespace mavseg

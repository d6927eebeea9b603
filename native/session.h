#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net_runner.h"
#include "ort_api.h"
#include "providers.h"

namespace mavseg {

struct SessionOptions {
  /** Path of libonnxruntime. */
  std::string library;
  /** Threads of one run, the calling one included. */
  int threads;
  std::string input_name;
  std::string output_name;
  ProviderChoice provider;
  /** Maps in blocks of channels, where the processor has kernels for it; otherwise a plane per channel. */
  bool blocked;
};

/**
 * A session of onnxruntime whose input and output stay where they are from run to run, for one thread at a time. Both lie
 * in the CPU's memory: providers with memory of their own copy them, each once per run.
 */
class Session : public NetRunner {
 public:
  /**
   * @throws CodedError ORT_LIBRARY_UNUSABLE; MODEL_CORRUPT with onnxruntime's message on the CPU, and PROVIDER_UNAVAILABLE
   *   or PROVIDER_LIBRARY_UNUSABLE on other providers
   */
  static std::unique_ptr<Session> from_bytes(const SessionOptions& options, const void* model, size_t bytes);
  static std::unique_ptr<Session> from_file(const SessionOptions& options, const std::string& path);
  ~Session() override;

  /** The first run after it finds out what the net gives; from the second on onnxruntime writes into that same memory. */
  void set_input(void* data, size_t bytes, OrtElement element, const std::vector<int64_t>& dims) override;
  void run() override;
  const OutputView& output() const override { return output_; }
  void terminate() override;

 private:
  template <typename T>
  using Owned = std::unique_ptr<T, void (*)(T*)>;

  Session(const OrtApi& api, const SessionOptions& options);
  Owned<OrtSessionOptions> session_options() const;
  /** The code of what goes wrong while the session is created. */
  const char* creation_code() const;
  void view_output();

  const OrtApi& api_;
  SessionOptions options_;
  Owned<OrtSession> session_;
  Owned<OrtRunOptions> run_options_;
  Owned<OrtMemoryInfo> memory_;
  Owned<OrtValue> input_;
  Owned<OrtValue> result_;
  OutputView output_{};
};

}  // namespace mavseg

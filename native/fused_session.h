#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernels/fused_net.h"
#include "net_runner.h"

namespace mavseg {

/** What src/engine/native/fused reads from a model's file. */
struct FusedNetOptions {
  /** None where the net is not of the kind that can be fused. */
  std::vector<FusedStep> steps;
  /** Size of a picture on which it is held against onnxruntime. */
  int check_height;
  int check_width;
};

/** A net that runs without onnxruntime, on the threads of the kernels around it. */
class FusedSession : public NetRunner {
 public:
  /** @throws std::invalid_argument where the steps do not fit together */
  FusedSession(std::vector<FusedStep> steps, Isa isa, ThreadPool& pool);

  /** With `data` null the picture comes row by row, with each run. */
  void set_input(void* data, size_t bytes, OrtElement element, const std::vector<int64_t>& dims) override;
  void run() override;
  /** @throws CodedError INFERENCE_FAILED where it was stopped */
  void run(PictureRows& picture);
  const OutputView& output() const override { return output_; }
  void terminate() override { net_.stop(); }

  int channels() const { return net_.channels(); }
  /** Of the instruction set of its kernels. */
  const char* kernel_name() const { return net_.kernel_name(); }

 private:
  FusedNet net_;
  ThreadPool& pool_;
  const float* picture_ = nullptr;
  int height_ = 0;
  int width_ = 0;
  std::vector<float> logits_;
  OutputView output_{};
};

/**
 * Runs both on one drawn picture.
 * @param element what the expected net takes and gives, float32 or float16
 * @return in words how they differ; nothing where they agree but for rounding
 */
std::optional<std::string> difference(NetRunner& expected, OrtElement element, FusedSession& actual, int height,
                                      int width);

}  // namespace mavseg

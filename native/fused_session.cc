#include "fused_session.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <limits>
#include <random>
#include <stdexcept>
#include <utility>

#include "kernels/half_float.h"
#include "kernels/row_kernels.h"

namespace mavseg {

namespace {

constexpr const char* kRunCode = "INFERENCE_FAILED";

/** Of the logits' spread. Sums in another order differ by some 1e-6 of it; a wrong weight by 1e-2 and more. */
constexpr double kMaxDifference = 1e-3;

/** Of the px, best classes that may differ: where two classes are equal but for rounding. */
constexpr double kMaxUnequal = 1e-3;

/** The same of a net of half floats, whose every map onnxruntime rounds to 11 bits where the fused steps round none. */
constexpr double kMaxHalfDifference = 5e-3;
constexpr double kMaxHalfUnequal = 1e-2;

/** Normalised px lie between -2 and 2 or so. The same in every run. */
std::vector<float> draw_picture(size_t count) {
  std::mt19937 random(1);
  std::vector<float> picture(count);
  for (float& value : picture) value = static_cast<float>(random() % 4001) / 1000.0F - 2.0F;
  return picture;
}

/** A picture that lies in memory as a tensor. */
class TensorRows : public PictureRows {
 public:
  TensorRows(const float* planes, int channels, int height, int width)
      : planes_(planes), channels_(channels), height_(height), width_(width) {}

  void write(int y, int, float* const* planes) override {
    for (int channel = 0; channel < channels_; channel++) {
      std::copy_n(planes_ + (static_cast<size_t>(channel) * height_ + y) * width_, width_, planes[channel]);
    }
  }

 private:
  const float* planes_;
  int channels_;
  int height_;
  int width_;
};

/** Runs a net on a picture of floats, whichever of the two floats it takes and gives. @return its output's values */
std::vector<float> run_on(NetRunner& net, OrtElement element, std::vector<float>& picture,
                          const std::vector<int64_t>& dims) {
  std::vector<uint16_t> halves;
  if (element == OrtElement::kFloat16) {
    std::transform(picture.begin(), picture.end(), std::back_inserter(halves), to_half);
    net.set_input(halves.data(), halves.size() * sizeof(uint16_t), element, dims);
  } else {
    net.set_input(picture.data(), picture.size() * sizeof(float), element, dims);
  }
  net.run();
  const OutputView& output = net.output();
  size_t count = 1;
  for (const int64_t dim : output.dims) count *= static_cast<size_t>(dim);
  std::vector<float> values(count);
  if (output.element == OrtElement::kFloat16) {
    row_kernels(best_isa()).widen(static_cast<const uint16_t*>(output.data), count, values.data());
  } else {
    std::copy_n(static_cast<const float*>(output.data), count, values.begin());
  }
  return values;
}

size_t best_class(const float* logits, size_t classes, size_t plane, size_t px) {
  size_t best = 0;
  for (size_t c = 1; c < classes; c++) {
    if (logits[c * plane + px] > logits[best * plane + px]) best = c;
  }
  return best;
}

}  // namespace

FusedSession::FusedSession(std::vector<FusedStep> steps, Isa isa, ThreadPool& pool)
    : net_(std::move(steps), isa, pool.size()), pool_(pool) {}

void FusedSession::set_input(void* data, size_t, OrtElement element, const std::vector<int64_t>& dims) {
  const bool fits = element == OrtElement::kFloat32 && dims.size() == 4 && dims[0] == 1 && dims[1] == net_.channels();
  if (!fits) throw CodedError(kRunCode, "a net for " + std::to_string(net_.channels()) + " planes of float32");
  height_ = static_cast<int>(dims[2]);
  width_ = static_cast<int>(dims[3]);
  try {
    net_.plan(height_, width_);
  } catch (const std::invalid_argument& error) {
    throw CodedError(kRunCode, error.what());
  }
  picture_ = static_cast<const float*>(data);
  const int64_t height = net_.output_height(), width = net_.output_width();
  logits_.resize(static_cast<size_t>(net_.classes() * height * width));
  output_ = {OrtElement::kFloat32, {1, net_.classes(), height, width}, logits_.data()};
}

void FusedSession::run() {
  TensorRows rows(picture_, net_.channels(), height_, width_);
  run(rows);
}

void FusedSession::run(PictureRows& picture) {
  net_.run(picture, logits_.data(), pool_);
  if (net_.is_stopped()) throw CodedError(kRunCode, "it was stopped");
}

std::optional<std::string> difference(NetRunner& expected, OrtElement element, FusedSession& actual, int height,
                                      int width) {
  std::vector<float> picture = draw_picture(static_cast<size_t>(actual.channels()) * height * width);
  const std::vector<int64_t> dims{1, actual.channels(), height, width};
  const std::vector<float> own = run_on(actual, OrtElement::kFloat32, picture, dims);
  const std::vector<float> logits = run_on(expected, element, picture, dims);
  const OutputView& one = expected.output();
  if (one.element != element || one.dims != actual.output().dims) return "its output has another form";
  const size_t plane = static_cast<size_t>(one.dims[2] * one.dims[3]);
  const size_t classes = static_cast<size_t>(one.dims[1]);
  const auto [low, high] = std::minmax_element(logits.begin(), logits.end());
  double largest = 0;
  for (size_t index = 0; index < classes * plane; index++) {
    const double apart = std::fabs(static_cast<double>(logits[index]) - own[index]);
    // What is no number compares with nothing, and would be lost to a later difference that is one.
    largest = std::isnan(apart) ? std::numeric_limits<double>::infinity() : std::max(largest, apart);
  }
  size_t unequal = 0;
  for (size_t px = 0; px < plane; px++) {
    unequal += best_class(logits.data(), classes, plane, px) != best_class(own.data(), classes, plane, px);
  }
  const double spread = static_cast<double>(*high) - *low;
  const bool is_half = element == OrtElement::kFloat16;
  const double most = (is_half ? kMaxHalfDifference : kMaxDifference) * spread;
  const double most_unequal = (is_half ? kMaxHalfUnequal : kMaxUnequal) * static_cast<double>(plane);
  if (std::isfinite(largest) && largest <= most && static_cast<double>(unequal) <= most_unequal) return std::nullopt;
  char text[160];
  std::snprintf(text, sizeof text, "logits differ by %.2g of a spread of %.2g, best classes on %zu of %zu px", largest,
                spread, unequal, plane);
  return text;
}

}  // namespace mavseg

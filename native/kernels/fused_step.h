#pragma once

#include <vector>

namespace mavseg {

enum class StepKind {
  /** A dense convolution. */
  kConv,
  /** A depthwise 3x3 convolution and a 1x1 convolution behind it. */
  kSeparable,
  /** A 1x1 convolution. */
  kPointwise,
  /** A map of half the size, made twice as large, plus another map. */
  kUpsampleAdd
};

/**
 * One step of a net: a few layers that are computed together, with all their norms in the weights. Values are counted
 * from 0, the picture ([in,H,W] float32); step n gives value n + 1, the last step the logits.
 */
struct FusedStep {
  StepKind kind;
  /** The value that it reads, of an earlier step. */
  int input;
  /** Of kUpsampleAdd: the value that is added, of twice the input's size. */
  int skip;
  /** Channels. */
  int in;
  int out;
  /** Of kConv and of the depthwise part of kSeparable, which has a kernel of 3; a dense kernel's dilation is 1. */
  int kernel;
  int stride;
  int dilation;
  /** Zeros before the first row and column, and behind the last. */
  int pad_before;
  int pad_after;
  /** ReLU between the two parts of kSeparable. */
  bool inner_relu;
  /** Whether kSeparable adds its input to its output. */
  bool residual;
  /** ReLU at the end. */
  bool relu;
  /** Of kSeparable: [3,3,in] and [in]. */
  std::vector<float> depthwise;
  std::vector<float> depthwise_bias;
  /** [kernel,kernel,in,out] of a dense convolution, [in,kernel,kernel,out] of one on the picture, [in,out] of a 1x1. */
  std::vector<float> weights;
  /** [out] */
  std::vector<float> bias;
};

}  // namespace mavseg

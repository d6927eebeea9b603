#pragma once

#include <cstdint>

#include "row_kernels.h"

namespace mavseg {

enum class OutputKind { kLogits, kBinaryLogit, kClassIds };
enum class OutputType { kFloat32, kFloat16, kUint8, kInt32, kInt64 };

/** What a net gives: scores or ids of `width` x `height` px. */
struct OutputSpec {
  OutputKind kind;
  OutputType type;
  /** Score planes; 1 for a binary logit and for class ids. */
  int channels;
  int width;
  int height;
  /** [1,h,w,C] instead of [1,C,h,w]. */
  bool channels_last;
  /** Ids of the mask are below it, or `other_id` where a net gives an id that is none of the classes. */
  int class_count;
  uint8_t other_id;
};

/**
 * @param output scores of the spec's type and size
 * @param target room for `width` floats
 * @return the scores of one row and channel: in the output itself where they lie side by side as floats, else in `target`
 */
const float* score_row(const OutputSpec& spec, const RowKernels& kernels, const void* output, int row, int channel,
                       float* target);

/** @return the scores as planes of floats: one, the difference, where there are two classes */
OutputSpec float_planes(const OutputSpec& output);

}  // namespace mavseg

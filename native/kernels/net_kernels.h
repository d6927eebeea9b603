#pragma once

#include <cstddef>

#include "isa.h"

namespace mavseg {

/**
 * The inner loops of a net, each over the px of one row. Maps are [H,W,C] float32 with C a multiple of `kChannelGroup`;
 * unused channels are 0, for their weights are. Weights and biases have as many channels as the map they are for.
 * Sources and targets never overlap. All instruction sets that can fuse a multiply and an add do so, which doubles what a
 * core does per cycle, in the same order: they compute the same bits. The baseline of x86-64 cannot and differs in the last.
 */
constexpr int kChannelGroup = 8;

/** to[p][o] = bias[o] + sum over r, t of rows[r][p * step + t] * weights[r * taps + t][o] (+ residual[p][o]) */
struct ConvRow {
  const float* const* rows;
  int row_count;
  int taps;
  /** Floats from one px's first tap to the next one's. */
  size_t step;
  const float* weights;
  const float* bias;
  /** As `to`, or null. */
  const float* residual;
  /** Whether what is below 0 becomes 0. */
  bool relu;
  int out;
  size_t n;
  float* to;
};

/** to[p][c] = bias[c] + sum over 3 rows r, 3 taps t of rows[r][p * step + t * reach + c] * weights[3 * r + t][c] */
struct DepthwiseRow {
  const float* const* rows;
  size_t step;
  /** Floats from tap to tap: the dilation times the channels. */
  size_t reach;
  const float* weights;
  const float* bias;
  bool relu;
  int channels;
  size_t n;
  float* to;
  /** Floats from px to px of `to`. */
  size_t to_step;
};

/**
 * Two px from each one of a map of half the size, bilinear between px centres with clamped edges, added to another map:
 * to = max(0, skip + 0.75 * (0.75 * near + 0.25 * far) + 0.25 * the same of the neighbour)
 */
struct UpsampleRow {
  /** The row that the target's row lies in, and the next one on its side. */
  const float* near;
  const float* far;
  const float* skip;
  int channels;
  /** Px of the small map. */
  size_t n;
  float* to;
};

/** to[c][p] = bias[c] + sum over i of from[p][i] * weights[c][i], each class in a plane of its own */
struct ScoreRow {
  const float* from;
  int channels;
  const float* weights;
  const float* bias;
  int classes;
  size_t n;
  float* to;
  /** Floats from class to class of `to`. */
  size_t plane;
};

struct NetKernels {
  /** Of the instruction set: `avx512`, `avx2`, `sse2`, `neon` or `scalar`. */
  const char* name;
  void (*conv)(const ConvRow&);
  void (*depthwise)(const DepthwiseRow&);
  void (*upsample_add)(const UpsampleRow&);
  void (*score)(const ScoreRow&);
};

const NetKernels& net_kernels(Isa isa);

}  // namespace mavseg

#pragma once

#include <vector>

#include "block_motion.h"
#include "input_tensor.h"
#include "row_kernels.h"
#include "thread_pool.h"

namespace mavseg {

/**
 * Reads a small grey picture, 0..255, out of a net's input tensor: the mean of the tensor px under each output px. Green
 * stands for all colours: it carries most of the luma, and the other planes need not be read.
 */
class Brightness {
 public:
  /** @param stride tensor px per px of the picture */
  Brightness(const InputSpec& spec, int tensor_width, int tensor_height, int stride, Isa isa, int workers);

  int width() const { return width_; }
  int height() const { return height_; }

  /** @param grey of this width and height, written in full */
  void run(const void* tensor, GreyPicture& grey, ThreadPool& pool);

 private:
  struct Scratch {
    std::vector<float> row;
    std::vector<float> sum;
  };

  const float* tensor_row(const void* tensor, int y, Scratch& scratch) const;
  void write_row(const void* tensor, int y, uint8_t* to, Scratch& scratch) const;

  InputSpec spec_;
  int tensor_width_;
  int tensor_height_;
  int stride_;
  int width_;
  int height_;
  const RowKernels& kernels_;
  std::vector<Scratch> scratch_;
};

}  // namespace mavseg

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "geometry.h"
#include "picture.h"
#include "resize.h"
#include "row_kernels.h"
#include "thread_pool.h"

namespace mavseg {

enum class InputType { kFloat32, kFloat16, kUint8 };

/** What a net takes: input = (px 0..255 * scale - mean) / std per channel, in the net's own order of channels. */
struct InputSpec {
  InputType type;
  /** 1 is luma. */
  int channels;
  /** [1,C,H,W]; otherwise [1,H,W,C]. */
  bool planar;
  /** The net's channels are blue, green, red. */
  bool bgr;
  double scale;
  double mean[3];
  double std[3];
};

/** Bytes of one element. */
size_t element_size(InputType type);

/**
 * Writes pictures of one size into one input tensor, which it owns and reuses. Memory is the limit here (a 1280x1024
 * tensor has 15.7 MB): each px is read once and each element written once.
 */
class InputTensor {
 public:
  InputTensor(const InputSpec& spec, const Geometry& geometry, Isa isa, int workers);

  /** @param picture of the geometry's frame size, checked with `fits` */
  void write(const Picture& picture, ThreadPool& pool);

  /**
   * Writes one row of the tensor elsewhere, for nets that read it row by row; float32 and planar. The tensor itself does
   * not exist then. On as many threads at once as there are workers.
   * @param y of the tensor, its border included
   * @param planes where each channel's row goes, of the tensor's width
   */
  void write_planes(const Picture& picture, int y, int worker, float* const* planes);

  /** Made when it is first asked for. */
  void* data();
  size_t bytes() const { return bytes_; }

 private:
  struct Free {
    void operator()(uint8_t* memory) const;
  };

  PlanarRow content_row(const Picture& picture, int y, int worker);
  void write_row(const PlanarRow& row, int content_row);
  void write_plane_row(const uint8_t* source, int channel, uint8_t* target);
  void write_interleaved_row(const PlanarRow& row, uint8_t* target);
  void pad_bottom();
  void fill_constant();
  uint8_t* row_start(int channel, int row);
  const uint8_t* plane_of(const PlanarRow& row, int channel) const;

  InputSpec spec_;
  Geometry geometry_;
  const RowKernels& kernels_;
  size_t element_;
  size_t bytes_;
  std::unique_ptr<uint8_t[], Free> data_;
  float scale_[3];
  float bias_[3];
  /** The element for each of a px's 256 values, per channel, where normalising is not a multiply-add. */
  std::vector<uint16_t> halves_[3];
  std::vector<uint8_t> bytes8_[3];
  std::vector<RowScratch> scratch_;
  std::unique_ptr<Resizer> resizer_;
};

}  // namespace mavseg

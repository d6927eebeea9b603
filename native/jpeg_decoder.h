#pragma once

#include <memory>

#include "kernels/picture.h"
#include "turbojpeg_api.h"

namespace mavseg {

/** A JPEG file, of which the sender says that it holds a picture of this size. */
struct JpegFile {
  const uint8_t* data;
  size_t bytes;
  int width;
  int height;
};

/** Decodes JPEG files, one after the other, into memory that it keeps. */
class JpegDecoder {
 public:
  explicit JpegDecoder(const TurboJpegApi& api) : api_(api) {}

  /**
   * @param grey take luma alone, which a colour file holds as a plane of its own (ITU-R BT.601, full range)
   * @return mono8 of grey files and where grey is wanted, rgb8 otherwise; good until the next call
   * @throws CodedError FRAME_INVALID with the true size where that is another, which is found out before anything is
   *   decoded; FRAME_UNDECODABLE with the library's reason, also for files that libjpeg would patch up with a warning
   */
  Picture decode(const JpegFile& file, bool grey);

 private:
  /** Checks the size; returns whether the file is grey. */
  bool read_header(void* handle, const JpegFile& file) const;
  void reserve(size_t bytes);
  void check(int result, void* handle) const;

  const TurboJpegApi& api_;
  std::unique_ptr<uint8_t[]> pixels_;
  size_t reserved_ = 0;
};

}  // namespace mavseg

#include "jpeg_decoder.h"

#include <new>
#include <string>

#include "ort_api.h"

namespace mavseg {

namespace {

// Numbers of turbojpeg.h.
constexpr int kPixelsRgb = 0;
constexpr int kPixelsGrey = 6;
constexpr int kColourspaceGrey = 2;
/** The exact inverse transform, as sharp takes it: both decode to the same bytes. */
constexpr int kAccurate = 4096;
/** A damaged file is no picture to fly by; sharp refuses the same. */
constexpr int kStopOnWarning = 8192;
/** A small progressive file can ask for thousands of passes over the picture. Releases before 2.1 know no limit. */
constexpr int kLimitScans = 32768;

}  // namespace

Picture JpegDecoder::decode(const JpegFile& file, bool grey) {
  // A handle of its own for every file, which takes under a microsecond. One that is kept goes on in the middle of a
  // file whose header was damaged and so refuses all later ones (release 2.1), and lends one file's tables to the next.
  const std::unique_ptr<void, int (*)(void*)> owned(api_.tjInitDecompress(), api_.tjDestroy);
  if (owned == nullptr) throw std::bad_alloc();
  void* const handle = owned.get();
  const bool is_plane = read_header(handle, file) || grey;
  const int step = file.width * (is_plane ? 1 : 3);
  const size_t bytes = static_cast<size_t>(step) * file.height;
  reserve(bytes);
  check(api_.tjDecompress2(handle, file.data, file.bytes, pixels_.get(), file.width, step, file.height,
                           is_plane ? kPixelsGrey : kPixelsRgb, kAccurate | kStopOnWarning | kLimitScans),
        handle);
  const Encoding encoding = is_plane ? Encoding::kMono8 : Encoding::kRgb8;
  return {pixels_.get(), bytes, file.width, file.height, static_cast<size_t>(step), encoding};
}

bool JpegDecoder::read_header(void* handle, const JpegFile& file) const {
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colourspace = 0;
  check(api_.tjDecompressHeader3(handle, file.data, file.bytes, &width, &height, &subsampling, &colourspace), handle);
  if (width != file.width || height != file.height) {
    throw CodedError("FRAME_INVALID", std::to_string(width) + "x" + std::to_string(height) + " px");
  }
  return colourspace == kColourspaceGrey;
}

void JpegDecoder::reserve(size_t bytes) {
  if (bytes <= reserved_) return;
  // The old memory goes first: both at once would double it. Not set to zero: decoding writes all of it.
  reserved_ = 0;
  pixels_.reset();
  pixels_.reset(new uint8_t[bytes]);
  reserved_ = bytes;
}

void JpegDecoder::check(int result, void* handle) const {
  if (result != 0) throw CodedError("FRAME_UNDECODABLE", api_.tjGetErrorStr2(handle));
}

}  // namespace mavseg

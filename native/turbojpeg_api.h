#pragma once

#include <string>

namespace mavseg {

/**
 * TurboJPEG's C API, as far as it is used here, out of a library that need not be there: neither its header nor the
 * library is needed to build the addon. These functions and their library's name have stayed since release 2.0.
 */
class TurboJpegApi {
 public:
  /**
   * Opens the library, or gives the one that was opened by this name before. Never closed: a segmenter may use it.
   * @param library a path, or a name that the system's loader searches for
   * @throws std::runtime_error with the reason
   */
  static const TurboJpegApi& open(const std::string& library);

  /** The file that the loader took. */
  const std::string& file() const { return file_; }

  /** Returns a decoder, null where there is no memory for it. */
  void* (*tjInitDecompress)();
  /** Like those below it returns 0 where it worked. */
  int (*tjDecompressHeader3)(void* decoder, const unsigned char* file, unsigned long bytes, int* width, int* height,
                             int* subsampling, int* colourspace);
  int (*tjDecompress2)(void* decoder, const unsigned char* file, unsigned long bytes, unsigned char* target, int width,
                       int step, int height, int pixel_format, int flags);
  /** Why the decoder failed last; the text is the decoder's own. */
  char* (*tjGetErrorStr2)(void* decoder);
  int (*tjDestroy)(void* decoder);

 private:
  explicit TurboJpegApi(const std::string& library);

  std::string file_;
};

}  // namespace mavseg

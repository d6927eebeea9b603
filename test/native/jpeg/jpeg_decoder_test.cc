// Decodes damaged JPEG files. The file and the decoded px each end where a page ends that must not be touched, so a
// single byte read or written too far, also within libjpeg-turbo, ends the program by a signal. Sanitizers would see
// nothing of a library that was not built with them.
//
//   jpeg_decoder_test LIBRARY WIDTH HEIGHT FILE...
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "jpeg_decoder.h"
#include "ort_api.h"

namespace {

constexpr int kDamagesPerFile = 1500;

size_t whole_pages(size_t bytes) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

/** Memory whose last byte is the last one that may be touched. Given back with the process. */
uint8_t* guarded(size_t bytes) {
  const size_t room = whole_pages(bytes);
  void* memory = mmap(nullptr, room + whole_pages(1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  auto* start = static_cast<uint8_t*>(memory);
  if (mprotect(start + room, whole_pages(1), PROT_NONE) != 0) std::abort();
  return start + room - bytes;
}

std::vector<uint8_t> read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/** One to four of: a byte of any value, a marker's first byte, a piece copied elsewhere, a cut. */
std::vector<uint8_t> damage(std::vector<uint8_t> file, std::mt19937& random) {
  const auto below = [&](size_t limit) { return static_cast<size_t>(random() % limit); };
  for (size_t count = 1 + below(4); count > 0 && file.size() > 64; count--) {
    const size_t at = below(file.size());
    const size_t from = below(file.size());
    const size_t length = below(std::min<size_t>(32, file.size() - std::max(at, from)) + 1);
    switch (below(4)) {
      case 0: file[at] = static_cast<uint8_t>(random()); break;
      case 1: file[at] = 0xff; break;
      case 2: std::memmove(&file[at], &file[from], length); break;
      case 3: file.resize(2 + at); break;
    }
  }
  return file;
}

/** @return the code of the error, or "decoded" */
std::string decode(mavseg::JpegDecoder& decoder, const std::vector<uint8_t>& file, int width, int height, bool grey,
                   uint8_t* end) {
  uint8_t* place = end - file.size();
  std::memcpy(place, file.data(), file.size());
  try {
    const mavseg::Picture picture = decoder.decode({place, file.size(), width, height}, grey);
    return mavseg::fits(picture) ? "decoded" : "does not fit";
  } catch (const mavseg::CodedError& error) {
    return error.code();
  }
}

}  // namespace

/** The px are the only array that the decoder allocates itself. */
void* operator new[](size_t bytes) { return guarded(bytes); }
void operator delete[](void*) noexcept {}
void operator delete[](void*, size_t) noexcept {}

int main(int count, char** arguments) {
  if (count < 5) return 2;
  const mavseg::TurboJpegApi& api = mavseg::TurboJpegApi::open(arguments[1]);
  const int width = std::atoi(arguments[2]);
  const int height = std::atoi(arguments[3]);
  int decoded = 0;
  int refused = 0;
  for (int index = 4; index < count; index++) {
    const std::vector<uint8_t> sound = read(arguments[index]);
    std::mt19937 random(static_cast<unsigned>(index));
    uint8_t* end = guarded(sound.size() + 2) + sound.size() + 2;
    // Each is to go on after whatever it met.
    mavseg::JpegDecoder colour(api);
    mavseg::JpegDecoder grey(api);
    for (int turn = 0; turn < kDamagesPerFile; turn++) {
      const std::vector<uint8_t> file = damage(sound, random);
      for (mavseg::JpegDecoder* decoder : {&colour, &grey}) {
        const std::string outcome = decode(*decoder, file, width, height, decoder == &grey, end);
        if (outcome == "does not fit") return 1;
        (outcome == "decoded" ? decoded : refused)++;
        if (decode(*decoder, sound, width, height, decoder == &grey, end) != "decoded") return 1;
      }
    }
  }
  std::printf("decoded %d refused %d\n", decoded, refused);
  return 0;
}

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mavseg {

/** Px of one class that follow each other in a mask's memory, over the ends of rows too. */
struct Run {
  uint8_t id;
  uint32_t px;
};

/** The runs that one thread finds, in chunks of rows that need not follow each other in the picture. */
class RunList {
 public:
  void clear() { runs_.clear(); }

  /** What is added from here on lies elsewhere in the picture: it is not joined with what came before. */
  void begin_chunk() { chunk_ = runs_.size(); }

  void add(uint8_t id, uint32_t px) {
    if (px == 0) return;
    if (runs_.size() > chunk_ && runs_.back().id == id) runs_.back().px += px;
    else runs_.push_back({id, px});
  }

  size_t chunk() const { return chunk_; }
  size_t size() const { return runs_.size(); }
  const Run& operator[](size_t index) const { return runs_[index]; }

 private:
  /** Kept from frame to frame: after the first ones nothing is allocated any more. */
  std::vector<Run> runs_;
  size_t chunk_ = 0;
};

/** Most bytes that a px can take: a run of its own. Longer runs take fewer. */
constexpr size_t kMaxRunLengthBytesPerPx = 2;

/** Writes runs as repeated (class id: one byte, length: unsigned LEB128), the `rle8` of docs/wire-format.md. */
class RunLengthWriter {
 public:
  /** @param out as many bytes as the picture's px take at most */
  explicit RunLengthWriter(uint8_t* out) : start_(out), to_(out) {}

  /** A run that follows one of the same class is joined with it. */
  void add(const Run& run) {
    if (run.id == last_.id) {
      last_.px += run.px;
      return;
    }
    write_last();
    last_ = run;
  }

  /** @return bytes written */
  size_t finish() {
    write_last();
    return static_cast<size_t>(to_ - start_);
  }

 private:
  void write_last();

  uint8_t* start_;
  uint8_t* to_;
  /** Not written yet, for it may go on; before the first run an empty one. */
  Run last_{0, 0};
};

}  // namespace mavseg

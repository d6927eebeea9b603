#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ort_api.h"

namespace mavseg {

/** A net's output, as the runner left it; its memory stays the runner's. */
struct OutputView {
  OrtElement element;
  std::vector<int64_t> dims;
  const void* data;
};

/** What runs a net whose input and output stay where they are from run to run, for one thread at a time. */
class NetRunner {
 public:
  virtual ~NetRunner() = default;

  /**
   * Names the memory that every following run reads.
   * @param data stays the caller's and alive as long as it is read
   * @throws CodedError INFERENCE_FAILED where the net does not take this size
   */
  virtual void set_input(void* data, size_t bytes, OrtElement element, const std::vector<int64_t>& dims) = 0;

  /** @throws CodedError INFERENCE_FAILED with the reason */
  virtual void run() = 0;

  /** After a run. */
  virtual const OutputView& output() const = 0;

  /** Ends a run that is under way, and all later ones, as soon as the work in hand is done. From any thread. */
  virtual void terminate() = 0;
};

}  // namespace mavseg

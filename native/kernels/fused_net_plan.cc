#include <algorithm>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>

#include "fused_net.h"

namespace mavseg {

namespace {

/**
 * Maps of less bytes stay in the caches of the cores that write them until they are read. Measured on 1 MiB per core:
 * below it, strips cost more by their shared rows than they save.
 */
constexpr size_t kLargeBytes = 1 << 20;

/** Rows that a step may look at beyond its own for its strips to be worth their seams. */
constexpr int kSharedRows = 2;

/** Strips per thread: a thread that is held up leaves the others this much to take. */
constexpr int kStripsPerThread = 4;

/** Cache lines. */
constexpr size_t kAlignment = 64;

int reach(const FusedStep& step) { return ((step.kind == StepKind::kConv ? step.kernel : 3) - 1) * step.dilation; }

bool slides(const FusedStep& step) { return step.kind == StepKind::kConv || step.kind == StepKind::kSeparable; }

int output_side(const FusedStep& step, int side) {
  if (step.kind == StepKind::kUpsampleAdd) return 2 * side;
  if (!slides(step)) return side;
  const int room = side + step.pad_before + step.pad_after - reach(step) - 1;
  return room < 0 ? 0 : room / step.stride + 1;
}

}  // namespace

void FusedNet::Free::operator()(float* memory) const { ::operator delete[](memory, std::align_val_t(kAlignment)); }

FusedNet::Floats FusedNet::new_floats(size_t count) {
  return Floats(static_cast<float*>(::operator new[](count * sizeof(float), std::align_val_t(kAlignment))));
}

void FusedNet::plan(int height, int width) {
  plan_maps(height, width);
  plan_borders();
  plan_groups();
  plan_memory();
  plan_scratch();
}

void FusedNet::plan_maps(int height, int width) {
  maps_.assign(1, {height, width, steps_.front().in, 0, 0});
  for (const FusedStep& step : steps_) {
    const Map& in = maps_[static_cast<size_t>(step.input)];
    const Map out{output_side(step, in.height), output_side(step, in.width), padded(step.out), 0, 0};
    const std::string size = std::to_string(out.width) + "x" + std::to_string(out.height);
    if (out.height < 1 || out.width < 1) throw std::invalid_argument("a map of " + size);
    if (step.kind == StepKind::kUpsampleAdd) {
      const Map& skip = maps_[static_cast<size_t>(step.skip)];
      if (skip.height != out.height || skip.width != out.width) {
        throw std::invalid_argument("a map of " + size + " to add to one of " + std::to_string(skip.width) + "x" +
                                    std::to_string(skip.height));
      }
    }
    maps_.push_back(out);
  }
}

/** As many columns of zeros as the steps that read a map look beyond its edges. */
void FusedNet::plan_borders() {
  for (size_t index = 0; index < steps_.size(); index++) {
    const FusedStep& step = steps_[index];
    if (!slides(step)) continue;
    Map& map = maps_[static_cast<size_t>(step.input)];
    const int last = (maps_[index + 1].width - 1) * step.stride - step.pad_before + reach(step);
    map.left = std::max(map.left, step.pad_before);
    map.right = std::max(map.right, last - (map.width - 1));
  }
}

FusedNet::Range FusedNet::input_rows(int index, Range output) const {
  const FusedStep& step = steps_[static_cast<size_t>(index)];
  const int height = maps_[static_cast<size_t>(step.input)].height;
  Range rows = output;
  if (step.kind == StepKind::kUpsampleAdd) {
    rows = {(output.from + 1) / 2 - 1, output.to / 2 + 1};
  } else if (slides(step)) {
    rows = {output.from * step.stride - step.pad_before,
            (output.to - 1) * step.stride - step.pad_before + reach(step) + 1};
  }
  // A window that lies wholly in the zeros still names a row.
  const int from = std::clamp(rows.from, 0, height - 1);
  return {from, std::clamp(rows.to, from + 1, height)};
}

/** Whether a step is computed in the same strips as the one before it. */
bool FusedNet::joins(int index) const {
  const FusedStep& step = steps_[static_cast<size_t>(index)];
  // What a way up is made from is a quarter of its size and would be computed twice at every seam.
  if (step.input != index || step.kind == StepKind::kUpsampleAdd) return false;
  int readers = 0;
  for (const FusedStep& other : steps_) {
    readers += other.input == index;
    readers += other.kind == StepKind::kUpsampleAdd && other.skip == index;
  }
  if (readers != 1) return false;
  if (!slides(step)) return true;
  const Map& between = maps_[static_cast<size_t>(index)];
  const bool is_large = between.row_floats() * static_cast<size_t>(between.height) * sizeof(float) >= kLargeBytes;
  return is_large && reach(step) <= kSharedRows && step.stride == 1;
}

void FusedNet::plan_groups() {
  groups_.clear();
  const int count = static_cast<int>(steps_.size());
  for (int index = 0; index < count; index++) {
    if (index > 0 && joins(index)) {
      groups_.back().last = index;
    } else {
      groups_.push_back({index, index, 0, 0});
    }
  }
  for (Group& group : groups_) {
    group.strip_rows = strip_rows(group);
    const int height = maps_[static_cast<size_t>(group.last) + 1].height;
    group.strips = (height + group.strip_rows - 1) / group.strip_rows;
  }
  progress_ = std::make_unique<Progress[]>(groups_.size());
}

int FusedNet::strip_rows(const Group& group) const {
  const int height = maps_[static_cast<size_t>(group.last) + 1].height;
  const int shares = workers_ == 1 ? 1 : workers_ * kStripsPerThread;
  return (height + shares - 1) / shares;
}

int FusedNet::held_rows(int index) const {
  const FusedStep& reader = steps_[static_cast<size_t>(index)];
  int rows = 1;
  while (rows < (slides(reader) ? reach(reader) + 1 : 1)) rows *= 2;
  return rows;
}

size_t FusedNet::picture_stride() const {
  const Map& map = maps_.front();
  constexpr size_t kLine = kAlignment / sizeof(float);
  return (static_cast<size_t>(map.left + map.width + map.right) + kLine - 1) / kLine * kLine;
}

size_t FusedNet::held_floats(const Group& group) const {
  size_t floats = 0;
  for (int index = group.first; index < group.last; index++) {
    floats += maps_[static_cast<size_t>(index) + 1].row_floats() * static_cast<size_t>(held_rows(index + 1));
  }
  return floats;
}

/** Memory for the maps that are kept whole; what no later group reads is used again. */
void FusedNet::plan_memory() {
  struct Slot {
    size_t floats;
    int busy_until;
  };
  std::vector<Slot> slots;
  std::vector<size_t> slot_of(maps_.size());
  const int count = static_cast<int>(groups_.size());
  for (int index = 0; index + 1 < count; index++) {
    const int value = groups_[static_cast<size_t>(index)].last + 1;
    const Map& map = maps_[static_cast<size_t>(value)];
    int busy_until = index;
    for (int later = index + 1; later < count; later++) {
      const Group& reader = groups_[static_cast<size_t>(later)];
      for (int step = reader.first; step <= reader.last; step++) {
        const FusedStep& reads = steps_[static_cast<size_t>(step)];
        if (reads.input == value || (reads.kind == StepKind::kUpsampleAdd && reads.skip == value)) busy_until = later;
      }
    }
    const size_t floats = map.row_floats() * static_cast<size_t>(map.height);
    const auto free = std::find_if(slots.begin(), slots.end(), [&](const Slot& slot) {
      return slot.busy_until < index && slot.floats >= floats && slot.floats <= 2 * floats;
    });
    slot_of[static_cast<size_t>(value)] = static_cast<size_t>(free - slots.begin());
    if (free == slots.end()) {
      slots.push_back({floats, busy_until});
    } else {
      free->busy_until = busy_until;
    }
  }
  memory_.clear();
  for (const Slot& slot : slots) memory_.push_back(new_floats(slot.floats));
  kept_.assign(maps_.size(), {nullptr, 0, std::numeric_limits<int>::max()});
  for (int index = 0; index + 1 < count; index++) {
    const size_t value = static_cast<size_t>(groups_[static_cast<size_t>(index)].last) + 1;
    const Map& map = maps_[value];
    float* const start = memory_[slot_of[value]].get();
    kept_[value].data = start + map.left * map.channels;
    kept_[value].stride = map.row_floats();
  }
}

void FusedNet::plan_scratch() {
  size_t held = 0, longest = 0;
  for (const Group& group : groups_) held = std::max(held, held_floats(group));
  int widest = 0;
  for (const Map& map : maps_) {
    longest = std::max(longest, map.row_floats());
    widest = std::max(widest, map.channels);
  }
  stages_.assign(static_cast<size_t>(workers_), std::vector<Stage>(steps_.size()));
  longest = std::max(longest, picture_stride());
  zeros_.assign(longest, 0);
  const size_t picture = picture_stride() * static_cast<size_t>(held_rows(0) * channels());
  pictures_.clear();
  held_.clear();
  pieces_.clear();
  for (int worker = 0; worker < workers_; worker++) {
    held_.push_back(new_floats(held));
    pieces_.push_back(new_floats(std::max(kPieceFloats, widest)));
    pictures_.push_back(new_floats(picture));
    // Borders stay 0: only the px between them are written.
    std::fill_n(pictures_.back().get(), picture, 0.0F);
  }
}

}  // namespace mavseg

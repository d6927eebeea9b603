// Holds the kernels against plain computations, on random sizes, steps, tails and offsets, for every instruction set
// of this machine. Built with AddressSanitizer and UndefinedBehaviorSanitizer by kernels.test.ts.

#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <set>

#include "check.h"
#include "half_float.h"
#include "input_tensor.h"
#include "mask_decoder.h"
#include "net_tests.h"
#include "plain.h"
#include "pool_tests.h"
#include "region_test.h"
#include "temporal_test.h"
#include "thread_pool.h"

using namespace mavseg;

namespace {

constexpr Encoding kEncodings[] = {Encoding::kMono8, Encoding::kRgb8, Encoding::kBgr8, Encoding::kRgba8,
                                   Encoding::kBgra8, Encoding::kYuy2, Encoding::kNv12};
constexpr int kBytesPerPx[] = {1, 3, 3, 4, 4, 2, 1};

std::vector<Isa> levels() {
  std::vector<Isa> levels{Isa::kBaseline};
  if (best_isa() >= Isa::kAvx2) levels.push_back(Isa::kAvx2);
  if (best_isa() >= Isa::kAvx512) levels.push_back(Isa::kAvx512);
  return levels;
}

/** A picture in memory of exactly the bytes that it needs, so that a read behind it is seen. */
struct OwnedPicture {
  std::vector<uint8_t> bytes;
  Picture picture;
};

OwnedPicture random_picture(Random& random, Encoding encoding, int width, int height) {
  const bool is_nv12 = encoding == Encoding::kNv12;
  if (is_nv12 || encoding == Encoding::kYuy2) width += width % 2;
  if (is_nv12) height += height % 2;
  const size_t packed = static_cast<size_t>(width) * kBytesPerPx[static_cast<int>(encoding)];
  const size_t step = packed + random.between(0, 9);
  const size_t rows = is_nv12 ? height * 3 / 2 : height;
  OwnedPicture owned{random.bytes(step * (rows - 1) + packed), {}};
  owned.picture = {owned.bytes.data(), owned.bytes.size(), width, height, step, encoding};
  return owned;
}

AxisGeometry axis(int frame, int resized, int cropped, int content, int offset, int tensor, double stride) {
  const double scale = static_cast<double>(resized) / frame / stride;
  return {frame, tensor, resized, cropped, content, offset, {scale, (offset - cropped) / stride, 0, frame}};
}

AxisGeometry own_size(int frame, int multiple) {
  return axis(frame, frame, 0, frame, 0, (frame + multiple - 1) / multiple * multiple, 1);
}

float element(InputTensor& tensor, InputType type, size_t index) {
  float value;
  if (type == InputType::kFloat32) return static_cast<float*>(tensor.data())[index];
  if (type == InputType::kUint8) return static_cast<uint8_t*>(tensor.data())[index];
  row_kernels(Isa::kBaseline).widen(static_cast<uint16_t*>(tensor.data()) + index, 1, &value);
  return value;
}

void check_tensor(const OwnedPicture& owned, const InputSpec& spec, Isa isa, ThreadPool& pool, int multiple) {
  const Picture& picture = owned.picture;
  CHECK(fits(picture), "a picture of exactly its bytes");
  const Geometry geometry{own_size(picture.width, multiple), own_size(picture.height, multiple), true};
  InputTensor tensor(spec, geometry, isa, pool.size());
  tensor.write(picture, pool);
  for (int c = 0; c < spec.channels; c++) {
    for (int y = 0; y < geometry.y.tensor; y++) {
      for (int x = 0; x < geometry.x.tensor; x++) {
        const size_t index =
            spec.planar ? (static_cast<size_t>(c) * geometry.y.tensor + y) * geometry.x.tensor + x
                        : (static_cast<size_t>(y) * geometry.x.tensor + x) * spec.channels + c;
        const int source = spec.channels == 1 || !spec.bgr ? c : 2 - c;
        const double px = plain::channel(picture, std::min(x, picture.width - 1), std::min(y, picture.height - 1),
                                         source, spec.channels == 1);
        const double unit = spec.scale / spec.std[c];
        const double expected = (std::floor(px + 0.5) * spec.scale - spec.mean[c]) / spec.std[c];
        // One level of the px: fixed point may round a half to the other side.
        const double slack = (std::abs(px - std::floor(px) - 0.5) < 1e-3 ? unit : 0) + 2e-3 * std::abs(expected) + 1e-4;
        const double actual = element(tensor, spec.type, index);
        const double wanted = spec.type == InputType::kUint8 ? plain::round_byte(expected) : expected;
        CHECK(std::abs(actual - wanted) <= (spec.type == InputType::kUint8 ? slack + unit / 2 : slack),
              "encoding %d, type %d, isa %d, %dx%d, channel %d at %d,%d: %f, expected %f",
              static_cast<int>(picture.encoding), static_cast<int>(spec.type), static_cast<int>(isa), picture.width,
              picture.height, c, x, y, actual, wanted);
      }
    }
  }
}

void tensors_hold_the_normalised_picture() {
  Random random(1);
  ThreadPool pool(3);
  for (int round = 0; round < 12; round++) {
    for (Isa isa : levels()) {
      for (Encoding encoding : kEncodings) {
        const OwnedPicture owned = random_picture(random, encoding, random.between(1, 75), random.between(1, 40));
        InputSpec spec{static_cast<InputType>(random.between(0, 2)), random.between(0, 1) == 1 ? 3 : 1,
                       random.between(0, 1) == 1, random.between(0, 1) == 1, 1.0 / 255, {0.4, 0.5, 0.1}, {0.2, 0.3, 1}};
        if (spec.type == InputType::kUint8) spec = {spec.type, spec.channels, spec.planar, spec.bgr, 1, {}, {1, 1, 1}};
        check_tensor(owned, spec, isa, pool, random.between(1, 16));
      }
    }
  }
}

void rows_are_those_of_the_tensor() {
  Random random(12);
  ThreadPool pool(2);
  for (Encoding encoding : kEncodings) {
    for (bool grey : {false, true}) {
      const OwnedPicture owned = random_picture(random, encoding, random.between(9, 60), random.between(9, 40));
      const int width = owned.picture.width, height = owned.picture.height;
      const Geometry geometries[] = {
          {own_size(width, 16), own_size(height, 16), true},
          {axis(width, width * 2 / 3, 0, width * 2 / 3, 3, width, 1), axis(height, height, 0, height, 2, height + 5, 1), false},
      };
      const InputSpec spec{InputType::kFloat32, grey ? 1 : 3, true, random.between(0, 1) == 1, 1.0 / 255, {0.4, 0.5, 0.1},
                           {0.2, 0.3, 1}};
      for (const Geometry& geometry : geometries) {
        InputTensor tensor(spec, geometry, best_isa(), pool.size());
        tensor.write(owned.picture, pool);
        const auto* const whole = static_cast<const float*>(tensor.data());
        const size_t columns = static_cast<size_t>(geometry.x.tensor);
        for (int y = 0; y < geometry.y.tensor; y++) {
          std::vector<std::vector<float>> rows(static_cast<size_t>(spec.channels), std::vector<float>(columns));
          float* planes[3] = {};
          for (int c = 0; c < spec.channels; c++) planes[c] = rows[static_cast<size_t>(c)].data();
          tensor.write_planes(owned.picture, y, y % pool.size(), planes);
          for (int c = 0; c < spec.channels; c++) {
            const float* const expected = whole + (static_cast<size_t>(c) * geometry.y.tensor + y) * columns;
            CHECK(std::memcmp(planes[c], expected, columns * sizeof(float)) == 0, "encoding %d, channel %d, row %d",
                  static_cast<int>(encoding), c, y);
          }
        }
      }
    }
  }
}

void every_level_computes_the_same_bits() {
  Random random(2);
  ThreadPool pool(1);
  for (Encoding encoding : kEncodings) {
    const OwnedPicture owned = random_picture(random, encoding, 131, 6);
    const Geometry geometry{own_size(owned.picture.width, 4), own_size(owned.picture.height, 4), true};
    const InputSpec spec{InputType::kFloat32, 3, true, false, 1.0 / 255, {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}};
    InputTensor baseline(spec, geometry, Isa::kBaseline, 1);
    baseline.write(owned.picture, pool);
    for (Isa isa : levels()) {
      InputTensor other(spec, geometry, isa, 1);
      other.write(owned.picture, pool);
      CHECK(std::memcmp(baseline.data(), other.data(), baseline.bytes()) == 0, "isa %d", static_cast<int>(isa));
    }
  }
}

/** Weighted mean of the px around a target px, as the antialiased bilinear resize defines it; edges are repeated. */
double resized_px(const Picture& picture, const AxisGeometry& gx, const AxisGeometry& gy, int x, int y, int c) {
  const auto scale = [](const AxisGeometry& g) { return static_cast<double>(g.frame) / g.resized; };
  const auto weight = [&](const AxisGeometry& g, int target, int px) {
    const double distance = std::abs(px + 0.5 - (g.cropped + target + 0.5) * scale(g));
    return std::max(0.0, 1 - distance / std::max(1.0, scale(g)));
  };
  const int border_x = static_cast<int>(scale(gx)) + 2, border_y = static_cast<int>(scale(gy)) + 2;
  double sum = 0, total = 0;
  for (int row = -border_y; row < picture.height + border_y; row++) {
    for (int column = -border_x; column < picture.width + border_x; column++) {
      const double w = weight(gx, x, column) * weight(gy, y, row);
      if (w == 0) continue;
      const int inside_x = std::clamp(column, 0, picture.width - 1), inside_y = std::clamp(row, 0, picture.height - 1);
      sum += w * std::floor(plain::channel(picture, inside_x, inside_y, c, false) + 0.5);
      total += w;
    }
  }
  return sum / total;
}

void resizing_takes_weighted_means_and_letterboxes_keep_their_border() {
  Random random(3);
  ThreadPool pool(2);
  for (int round = 0; round < 20; round++) {
    const OwnedPicture owned = random_picture(random, Encoding::kRgb8, random.between(2, 60), random.between(2, 40));
    const Picture& picture = owned.picture;
    const int rx = random.between(1, 70), ry = random.between(1, 50);
    const int cx = random.between(1, rx), cy = random.between(1, ry);
    const int ox = random.between(0, 3), oy = random.between(0, 3);
    const Geometry geometry{axis(picture.width, rx, (rx - cx) / 2, cx, ox, cx + ox + 2, 1),
                            axis(picture.height, ry, (ry - cy) / 2, cy, oy, cy + oy + 1, 1), false};
    const InputSpec spec{InputType::kUint8, 3, true, false, 1, {}, {1, 1, 1}};
    InputTensor tensor(spec, geometry, best_isa(), pool.size());
    tensor.write(picture, pool);
    const uint8_t* data = static_cast<uint8_t*>(tensor.data());
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < geometry.y.tensor; y++) {
        for (int x = 0; x < geometry.x.tensor; x++) {
          const uint8_t actual = data[(c * geometry.y.tensor + y) * geometry.x.tensor + x];
          const bool inside = x >= ox && x < ox + cx && y >= oy && y < oy + cy;
          const double expected = inside ? resized_px(picture, geometry.x, geometry.y, x - ox, y - oy, c) : 114;
          // Half a level for each of the two passes, which both round.
          CHECK(std::abs(actual - expected) <= 1.01, "%dx%d to %dx%d at %d,%d: %d, expected %f", picture.width,
                picture.height, rx, ry, x, y, actual, expected);
        }
      }
    }
  }
}

void pictures_that_do_not_fit_are_refused() {
  Random random(4);
  for (Encoding encoding : kEncodings) {
    const OwnedPicture owned = random_picture(random, encoding, 12, 8);
    Picture picture = owned.picture;
    picture.bytes--;
    CHECK(!fits(picture), "a byte too few, encoding %d", static_cast<int>(encoding));
    picture = owned.picture;
    picture.step = picture.width * kBytesPerPx[static_cast<int>(encoding)] - 1;
    CHECK(!fits(picture), "a step below the width, encoding %d", static_cast<int>(encoding));
    picture = owned.picture;
    picture.bytes = 0;
    CHECK(!fits(picture), "no bytes, encoding %d", static_cast<int>(encoding));
    picture = owned.picture;
    picture.step = SIZE_MAX / 2;
    CHECK(!fits(picture), "a step whose product runs over, encoding %d", static_cast<int>(encoding));
  }
}

struct DecodeCase {
  OutputSpec spec;
  AxisGeometry x;
  AxisGeometry y;
};

DecodeCase random_case(Random& random, OutputKind kind) {
  const int stride = random.between(1, 5);
  const auto random_axis = [&] {
    const int frame = random.between(1, 90);
    const int resized = random.between(0, 1) == 0 ? frame : random.between(1, 120);
    const int content = random.between(std::max(1, resized - 5), resized);
    AxisGeometry a = axis(frame, resized, (resized - content) / 2, content, random.between(0, 3), 0, stride);
    a.tensor = (content + a.offset + stride - 1) / stride * stride;
    a.map.from = random.between(0, std::min(3, frame - 1));
    a.map.to = random.between(std::max(a.map.from + 1, frame - 3), frame);
    return a;
  };
  DecodeCase result{{kind, OutputType::kFloat32, 1, 0, 0, random.between(0, 1) == 1, 2, 255}, random_axis(), random_axis()};
  if (kind == OutputKind::kLogits) result.spec.channels = random.between(2, 7);
  if (kind != OutputKind::kBinaryLogit) result.spec.class_count = std::max(2, result.spec.channels);
  result.spec.width = result.x.tensor / stride;
  result.spec.height = result.y.tensor / stride;
  return result;
}

bool is_seen(const DecodeCase& c, int x, int y) {
  return x >= c.x.map.from && x < c.x.map.to && y >= c.y.map.from && y < c.y.map.to;
}

void check_statistics(const DecodeCase& c, const std::vector<uint8_t>& mask, const ClassStatistics* statistics) {
  for (int id = 0; id < c.spec.class_count; id++) {
    double pixels = 0, sum_x = 0, sum_y = 0;
    int left = 1 << 30, right = -1, top = 1 << 30, bottom = -1;
    for (int y = 0; y < c.y.frame; y++) {
      for (int x = 0; x < c.x.frame; x++) {
        if (mask[static_cast<size_t>(y) * c.x.frame + x] != id) continue;
        pixels++;
        sum_x += x;
        sum_y += y;
        left = std::min(left, x);
        right = std::max(right, x);
        top = std::min(top, y);
        bottom = y;
      }
    }
    // Px that the net does not see are not counted; they are all of class 0, the background, which nobody asks for.
    if (id == 0) continue;
    const ClassStatistics& s = statistics[id];
    CHECK(s.pixels == pixels && s.sum_x == sum_x && s.sum_y == sum_y, "class %d: %f px, expected %f", id, s.pixels, pixels);
    if (pixels == 0) continue;
    CHECK(s.left == left && s.right == right && s.top == top && s.bottom == bottom, "the box of class %d", id);
  }
}

std::vector<uint16_t> halves_of(const std::vector<float>& values) {
  std::vector<uint16_t> halves;
  for (float value : values) halves.push_back(to_half(value));
  return halves;
}

void check_scores(const DecodeCase& c, const std::vector<float>& scores, const std::vector<uint8_t>& mask) {
  for (int y = 0; y < c.y.frame; y++) {
    for (int x = 0; x < c.x.frame; x++) {
      const int actual = mask[static_cast<size_t>(y) * c.x.frame + x];
      if (!is_seen(c, x, y)) {
        CHECK(actual == 0, "px that the net does not see");
        continue;
      }
      const double at_x = (x + 0.5) * c.x.map.scale + c.x.map.shift - 0.5;
      const double at_y = (y + 0.5) * c.y.map.scale + c.y.map.shift - 0.5;
      const auto value = [&](int id) {
        if (c.spec.kind == OutputKind::kBinaryLogit) return id == 0 ? 0.0 : plain::score(scores, c.spec, 0, at_x, at_y);
        return plain::score(scores, c.spec, id, at_x, at_y);
      };
      CHECK(actual < c.spec.class_count, "a class of the net");
      for (int id = 0; id < c.spec.class_count; id++) {
        CHECK(value(id) <= value(actual) + 1e-4, "%dx%d, %d classes, px %d,%d: class %d of score %f, but %d has %f",
              c.x.frame, c.y.frame, c.spec.class_count, x, y, actual, value(actual), id, value(id));
      }
    }
  }
}

void masks_take_the_best_class_of_the_interpolated_scores() {
  Random random(5);
  ThreadPool pool(3);
  for (int round = 0; round < 150; round++) {
    for (OutputKind kind : {OutputKind::kLogits, OutputKind::kBinaryLogit}) {
      DecodeCase c = random_case(random, kind);
      std::vector<float> scores(static_cast<size_t>(c.spec.channels) * c.spec.width * c.spec.height);
      // Steps of 1/8 survive the way through a half float, and make ties.
      for (float& score : scores) score = static_cast<float>(random.between(-20, 20)) / 8;
      const std::vector<uint16_t> halves = halves_of(scores);
      for (Isa isa : levels()) {
        for (OutputType type : {OutputType::kFloat32, OutputType::kFloat16}) {
          c.spec.type = type;
          MaskDecoder decoder(c.spec, c.x, c.y, isa, pool.size());
          std::vector<uint8_t> mask(static_cast<size_t>(c.x.frame) * c.y.frame, 77);
          ClassStatistics statistics[256];
          const void* output = type == OutputType::kFloat32 ? static_cast<const void*>(scores.data()) : halves.data();
          decoder.run(output, mask.data(), pool, statistics);
          check_scores(c, scores, mask);
          check_statistics(c, mask, statistics);
        }
      }
    }
  }
}

void ties_go_to_the_lower_class() {
  ThreadPool pool(1);
  const OutputSpec spec{OutputKind::kLogits, OutputType::kFloat32, 3, 4, 2, false, 3, 255};
  const std::vector<float> scores(24, 0.5F);
  MaskDecoder decoder(spec, axis(16, 16, 0, 16, 0, 16, 4), axis(8, 8, 0, 8, 0, 8, 4), best_isa(), 1);
  std::vector<uint8_t> mask(128, 9);
  ClassStatistics statistics[256];
  decoder.run(scores.data(), mask.data(), pool, statistics);
  CHECK(std::set<int>(mask.begin(), mask.end()) == std::set<int>{0}, "class 0 everywhere");
}

template <typename Id>
void check_ids(Random& random, OutputType type, int low, int high) {
  ThreadPool pool(2);
  DecodeCase c = random_case(random, OutputKind::kClassIds);
  c.spec.type = type;
  c.spec.class_count = 4;
  std::vector<Id> ids(static_cast<size_t>(c.spec.width) * c.spec.height);
  for (Id& id : ids) id = static_cast<Id>(random.between(low, high));
  MaskDecoder decoder(c.spec, c.x, c.y, best_isa(), pool.size());
  std::vector<uint8_t> mask(static_cast<size_t>(c.x.frame) * c.y.frame, 77);
  ClassStatistics statistics[256];
  decoder.run(ids.data(), mask.data(), pool, statistics);
  check_statistics(c, mask, statistics);
  const auto nearest = [](int px, const AxisMap& map, int size) {
    return std::clamp(static_cast<int>(std::floor((px + 0.5) * map.scale + map.shift)), 0, size - 1);
  };
  for (int y = 0; y < c.y.frame; y++) {
    for (int x = 0; x < c.x.frame; x++) {
      const int64_t id = static_cast<int64_t>(
          ids[nearest(y, c.y.map, c.spec.height) * c.spec.width + nearest(x, c.x.map, c.spec.width)]);
      const int expected = !is_seen(c, x, y) ? 0 : id >= 0 && id < 4 ? static_cast<int>(id) : 255;
      CHECK(mask[static_cast<size_t>(y) * c.x.frame + x] == expected, "id at %d,%d", x, y);
    }
  }
}

void ids_are_those_of_the_covering_px() {
  Random random(6);
  for (int round = 0; round < 100; round++) {
    check_ids<uint8_t>(random, OutputType::kUint8, 0, 5);
    check_ids<int32_t>(random, OutputType::kInt32, -1, 4);
    check_ids<int64_t>(random, OutputType::kInt64, -1, 4);
  }
}

/** Holds a mask's run lengths against those of a plain loop over it, in memory of exactly the most that they may take. */
void check_run_lengths(const DecodeCase& c, const void* output, Isa isa, int threads) {
  ThreadPool pool(threads);
  MaskDecoder decoder(c.spec, c.x, c.y, isa, pool.size());
  const size_t px = static_cast<size_t>(c.x.frame) * c.y.frame;
  std::vector<uint8_t> mask(px, 77), plain_mask(px, 78);
  ClassStatistics statistics[256];
  CHECK(decoder.run(output, plain_mask.data(), pool, statistics) == 0, "run lengths that nobody asked for");
  // Twice: what the first run noted must not come back.
  for (int turn = 0; turn < 2; turn++) {
    std::vector<uint8_t> run_lengths(px * kMaxRunLengthBytesPerPx, 79);
    run_lengths.resize(decoder.run(output, mask.data(), pool, statistics, run_lengths.data()));
    CHECK(mask == plain_mask, "the mask is the same with run lengths and without");
    CHECK(run_lengths == plain::run_lengths(mask), "%dx%d, kind %d, %d threads, turn %d: %zu bytes, expected %zu",
          c.x.frame, c.y.frame, static_cast<int>(c.spec.kind), threads, turn, run_lengths.size(),
          plain::run_lengths(mask).size());
  }
}

void run_lengths_are_those_of_the_mask() {
  Random random(8);
  for (int round = 0; round < 60; round++) {
    for (OutputKind kind : {OutputKind::kLogits, OutputKind::kBinaryLogit, OutputKind::kClassIds}) {
      DecodeCase c = random_case(random, kind);
      const size_t values = static_cast<size_t>(c.spec.channels) * c.spec.width * c.spec.height;
      // From noise to one class all over, with runs that go on over rows and chunks of them.
      const int rarity = random.between(1, 60);
      std::vector<float> scores(values, -0.5F);
      std::vector<uint8_t> ids(values, 1);
      for (size_t index = 0; index < values; index++) {
        if (random.between(1, rarity) > 1) continue;
        scores[index] = random.real();
        ids[index] = static_cast<uint8_t>(random.between(0, 3));
      }
      if (kind == OutputKind::kClassIds) c.spec.type = OutputType::kUint8;
      const void* output = kind == OutputKind::kClassIds ? static_cast<const void*>(ids.data()) : scores.data();
      for (int threads : {1, 3}) check_run_lengths(c, output, best_isa(), threads);
    }
  }
}

void run_lengths_of_the_largest_and_the_smallest_runs() {
  // One class all over takes lengths of up to three bytes; where neighbours always differ, no byte is left over.
  for (const auto& [width, height] : {std::pair{300, 200}, {1, 200}, {200, 1}, {1, 1}}) {
    const OutputSpec spec{OutputKind::kClassIds, OutputType::kUint8, 1, width, height, false, 256, 255};
    const DecodeCase c{spec, own_size(width, 1), own_size(height, 1)};
    std::vector<uint8_t> ids(static_cast<size_t>(width) * height, 255);
    check_run_lengths(c, ids.data(), best_isa(), 2);
    for (size_t index = 0; index < ids.size(); index++) ids[index] = static_cast<uint8_t>(index);
    check_run_lengths(c, ids.data(), best_isa(), 2);
  }
}

void halves_survive_both_ways() {
  for (uint32_t half = 0; half < 0x10000; half++) {
    const uint16_t bits = static_cast<uint16_t>(half);
    const bool is_nan = (bits & 0x7C00) == 0x7C00 && (bits & 0x3FF) != 0;
    for (Isa isa : levels()) {
      float value;
      row_kernels(isa).widen(&bits, 1, &value);
      if (is_nan) CHECK(std::isnan(value), "%04x is not a number", half);
      else CHECK(to_half(value) == bits, "%04x came back as %04x", half, to_half(value));
    }
  }
  CHECK(to_half(65520.0F) == 0x7C00, "too large is infinite");
  CHECK(to_half(1.00048828125F) == 0x3C00, "a tie goes to the even neighbour");
}

}  // namespace

int main() {
  const std::pair<const char*, void (*)()> tests[] = {
      {"tensors hold the normalised picture", tensors_hold_the_normalised_picture},
      {"rows are those of the tensor", rows_are_those_of_the_tensor},
      {"every level computes the same bits", every_level_computes_the_same_bits},
      {"resizing takes weighted means, letterboxes keep their border",
       resizing_takes_weighted_means_and_letterboxes_keep_their_border},
      {"pictures that do not fit are refused", pictures_that_do_not_fit_are_refused},
      {"masks take the best class of the interpolated scores", masks_take_the_best_class_of_the_interpolated_scores},
      {"ties go to the lower class", ties_go_to_the_lower_class},
      {"ids are those of the covering px", ids_are_those_of_the_covering_px},
      {"run lengths are those of the mask", run_lengths_are_those_of_the_mask},
      {"run lengths of the largest and the smallest runs", run_lengths_of_the_largest_and_the_smallest_runs},
      {"halves survive both ways", halves_survive_both_ways},
      {"pools do every row once", pools_do_every_row_once},
      {"pools wait for a thread that takes long", pools_wait_for_a_thread_that_takes_long},
      {"pools go on after work that throws", pools_go_on_after_work_that_throws},
      {"threads kept awake sleep after all", threads_kept_awake_sleep_after_all},
      {"rows of nets are what plain loops give", rows_of_nets_are_what_plain_loops_give},
      {"fused nets compute their layers", fused_nets_compute_their_layers},
      {"joined steps compute their layers", joined_steps_compute_their_layers},
      {"fused nets take another size", fused_nets_take_another_size},
      {"fused nets refuse what does not fit", fused_nets_refuse_what_does_not_fit},
      {"a stopped net ends", a_stopped_net_ends},
      {"nets take pictures of any size", nets_take_pictures_of_any_size},
      {"joined steps take maps of any form", joined_steps_take_maps_of_any_form},
      {"values that are no numbers stay where they are seen", values_that_are_no_numbers_stay_where_they_are_seen},
      {"subnormal values are kept", subnormal_values_are_kept},
      {"a net can be stopped while it runs", a_net_can_be_stopped_while_it_runs},
      {"regions are those that a flood fill finds", regions_are_those_that_a_flood_fill_finds},
      {"region filters take every form of scores", region_filters_take_every_form_of_scores},
      {"temporal filters give the same bits however they run", temporal_filters_give_the_same_bits_however_they_run},
      {"temporal filters that forget pass each frame alone", temporal_filters_that_forget_pass_each_frame_alone},
  };
  for (const auto& [name, run] : tests) {
    run();
    std::printf("ok %s\n", name);
    std::fflush(stdout);
  }
}

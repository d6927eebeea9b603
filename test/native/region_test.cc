#include "region_test.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "check.h"
#include "half_float.h"
#include "region_filter.h"

using namespace mavseg;

namespace {

/** Planes of few different values, so that ties, touching regions and leads just at the limit are common. */
struct Scene {
  int planes;
  int width;
  int height;
  std::vector<float> scores;
  std::vector<float> confirm_at;

  size_t cells() const { return static_cast<size_t>(width) * height; }
  float at(int plane, size_t cell) const { return scores[plane * cells() + cell]; }
};

Scene random_scene(Random& random) {
  Scene scene{random.between(1, 4), random.between(1, 40), random.between(1, 40), {}, {}};
  for (size_t at = 0; at < scene.planes * scene.cells(); at++) {
    scene.scores.push_back(static_cast<float>(random.between(-4, 4)));
  }
  scene.confirm_at.push_back(0);
  for (int id = 1; id < std::max(2, scene.planes); id++) {
    scene.confirm_at.push_back(static_cast<float>(random.between(0, 6)));
  }
  return scene;
}

/** One plane, the difference, where there are two classes; cell after cell. */
std::vector<float> plain_filter(const Scene& given) {
  Scene scene = given;
  if (scene.planes == 2) {
    for (size_t cell = 0; cell < given.cells(); cell++) scene.scores[cell] = given.at(1, cell) - given.at(0, cell);
    scene.planes = 1;
    scene.scores.resize(given.cells());
  }
  const auto best = [&](size_t cell) {
    if (scene.planes == 1) return scene.at(0, cell) > 0 ? 1 : 0;
    int id = 0;
    for (int p = 1; p < scene.planes; p++) if (scene.at(p, cell) > scene.at(id, cell)) id = p;
    return id;
  };
  std::vector<float> result = scene.scores;
  std::vector<bool> seen(scene.cells());
  for (size_t start = 0; start < scene.cells(); start++) {
    const int id = best(start);
    if (id == 0 || scene.confirm_at[id] == 0 || seen[start]) continue;
    std::vector<size_t> region{start};
    seen[start] = true;
    float lead = -std::numeric_limits<float>::infinity();
    for (size_t index = 0; index < region.size(); index++) {
      const size_t cell = region[index];
      lead = std::max(lead, scene.planes == 1 ? scene.at(0, cell) : scene.at(id, cell) - scene.at(0, cell));
      const int x = static_cast<int>(cell % scene.width), y = static_cast<int>(cell / scene.width);
      const int steps[4][2] = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};
      for (const auto& [dx, dy] : steps) {
        if (x + dx < 0 || x + dx >= scene.width || y + dy < 0 || y + dy >= scene.height) continue;
        const size_t next = static_cast<size_t>(y + dy) * scene.width + x + dx;
        if (seen[next] || best(next) != id) continue;
        seen[next] = true;
        region.push_back(next);
      }
    }
    if (lead >= scene.confirm_at[id]) continue;
    for (const size_t cell : region) {
      float least = scene.at(0, cell);
      for (int p = 1; p < scene.planes; p++) least = std::min(least, scene.at(p, cell));
      if (scene.planes == 1) result[cell] = 0;
      else result[id * scene.cells() + cell] = least;
    }
  }
  return result;
}

/** The scene's scores as a net would give them, in memory of exactly the bytes needed. */
std::vector<uint8_t> encoded(const Scene& scene, bool is_half, bool channels_last) {
  std::vector<uint8_t> bytes;
  for (size_t at = 0; at < scene.scores.size(); at++) {
    const float value = channels_last ? scene.at(static_cast<int>(at % scene.planes), at / scene.planes) : scene.scores[at];
    const uint16_t half = to_half(value);
    const auto* const from = is_half ? reinterpret_cast<const uint8_t*>(&half) : reinterpret_cast<const uint8_t*>(&value);
    bytes.insert(bytes.end(), from, from + (is_half ? sizeof half : sizeof value));
  }
  return bytes;
}

OutputSpec spec_of(const Scene& scene, bool is_half, bool channels_last) {
  return {scene.planes == 1 ? OutputKind::kBinaryLogit : OutputKind::kLogits,
          is_half ? OutputType::kFloat16 : OutputType::kFloat32,
          scene.planes,
          scene.width,
          scene.height,
          channels_last,
          std::max(2, scene.planes),
          255};
}

void check_scene(const Scene& scene, bool is_half, bool channels_last, Isa isa, int threads) {
  ThreadPool pool(threads);
  RegionFilter filter(scene.confirm_at, spec_of(scene, is_half, channels_last), isa, pool.size());
  const std::vector<uint8_t> bytes = encoded(scene, is_half, channels_last);
  const std::vector<float> expected = plain_filter(scene);
  CHECK(filter.result().channels == (scene.planes == 2 ? 1 : scene.planes), "planes of the result");
  // Twice: what one run leaves behind must not show in the next.
  for (int run = 0; run < 2; run++) {
    const float* const result = filter.run(bytes.data(), pool);
    CHECK(std::memcmp(result, expected.data(), expected.size() * sizeof(float)) == 0,
          "run %d of %d planes of %dx%d, %d threads", run, scene.planes, scene.width, scene.height, threads);
  }
}

}  // namespace

void regions_are_those_that_a_flood_fill_finds() {
  Random random(31);
  for (int c = 0; c < 400; c++) check_scene(random_scene(random), false, false, best_isa(), 1 + c % 3);
}

void region_filters_take_every_form_of_scores() {
  Random random(32);
  for (int c = 0; c < 60; c++) {
    const Scene scene = random_scene(random);
    for (Isa isa : {Isa::kBaseline, best_isa()}) {
      for (const bool is_half : {false, true}) check_scene(scene, is_half, c % 2 == 0, isa, 2);
    }
  }
}

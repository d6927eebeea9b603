// Holds whole nets of kernels against plain layers, on random sizes, channels, strides and dilations, for every
// instruction set of this machine.

#include <stdexcept>

#include "net_draft.h"
#include "net_tests.h"

using namespace mavseg;
using namespace net_draft;

namespace {

/** A net of one to three levels with random blocks, as the tied family has them. */
NetDraft draw_net(unsigned seed) {
  NetDraft draft(seed);
  Random& random = draft.random();
  const int levels = random.between(1, 3);
  int widths[3];
  for (int& width : widths) width = random.between(1, 40);
  std::vector<int> skips;
  draft.conv(random.between(1, 3), widths[0], 5, 4, 0, 1);
  for (int level = 0; level < levels; level++) {
    if (level > 0 && random.between(0, 1) == 1) draft.separable(widths[level - 1], widths[level], 2, 1);
    else if (level > 0) draft.conv(widths[level - 1], widths[level], 3, 2, 0, 1);
    for (int block = random.between(0, 2); block > 0; block--) {
      draft.separable(widths[level], widths[level], 1, random.between(1, 12));
    }
    skips.push_back(draft.last());
  }
  for (int level = levels - 2; level >= 0; level--) {
    draft.pointwise(widths[level + 1], widths[level]);
    draft.upsample(widths[level], skips[static_cast<size_t>(level)]);
    draft.separable(widths[level], widths[level], 1, random.between(1, 4));
  }
  draft.pointwise(widths[0], random.between(1, 7));
  return draft;
}

bool is_refused(const std::vector<FusedStep>& steps) {
  try {
    FusedNet net(steps, best_isa(), 1);
    return false;
  } catch (const std::invalid_argument&) {
    return true;
  }
}

}  // namespace

void fused_nets_compute_their_layers() {
  for (unsigned seed = 0; seed < 60; seed++) {
    NetDraft draft = draw_net(seed);
    const int multiple = 16;
    const int height = multiple * draft.random().between(1, 5), width = multiple * draft.random().between(1, 5);
    check_net(draft, height, width, draft.random().between(1, 3));
  }
  // One level takes pictures of any size, with any kernel and padding on the picture.
  for (unsigned seed = 100; seed < 160; seed++) {
    NetDraft draft(seed);
    Random& random = draft.random();
    const int kernel = random.between(1, 7), width = random.between(1, 24);
    const auto pad = [&](int side) { return random.between(0, side / 2); };
    draft.conv(random.between(1, 3), width, kernel, random.between(1, 5), pad(kernel), pad(kernel));
    draft.separable(width, random.between(1, 24), 1, random.between(1, 9));
    draft.conv(draft.steps().back().out, width, 3, random.between(1, 2), pad(3), pad(3));
    draft.separable(width, width, 2, 1);
    draft.pointwise(width, random.between(1, 6));
    check_net(draft, kernel + random.between(30, 70), kernel + random.between(30, 70), random.between(1, 3));
  }
}

/** Maps of more than a MiB, whose steps are computed row by row: seams between strips, rows that are held. */
void joined_steps_compute_their_layers() {
  for (int threads : {1, 2, 3}) {
    NetDraft draft(static_cast<unsigned>(200 + threads));
    draft.conv(1, 16, 5, 2, 1, 2);
    const int stem = draft.last();
    draft.separable(16, 16, 1, 1);
    draft.separable(16, 16, 1, 1);
    draft.separable(16, 24, 2, 1);
    draft.separable(24, 24, 1, 2);
    draft.pointwise(24, 16);
    draft.upsample(16, stem);
    draft.separable(16, 16, 1, 1);
    draft.pointwise(16, 3);
    check_net(draft, 2 * 150, 2 * 134, threads);
  }
}

void fused_nets_take_another_size() {
  NetDraft draft = draw_net(3);
  ThreadPool pool(2);
  FusedNet net(draft.steps(), best_isa(), 2);
  for (const auto& [height, width] : {std::pair(64, 96), std::pair(160, 32), std::pair(16, 16)}) {
    const std::vector<float> picture = draw(draft.random(), static_cast<size_t>(net.channels()) * height * width);
    check_run(net, expected_logits(draft.steps(), picture, height, width), picture, height, width, pool);
  }
}

void fused_nets_refuse_what_does_not_fit() {
  NetDraft draft(1);
  draft.conv(1, 8, 3, 2, 0, 1);
  draft.separable(8, 8, 2, 1);
  draft.upsample(8, 1);
  draft.pointwise(8, 2);
  CHECK(!is_refused(draft.steps()), "a net that fits");
  const auto changed = [&](auto change) {
    std::vector<FusedStep> steps = draft.steps();
    change(steps);
    return is_refused(steps);
  };
  CHECK(is_refused({}), "no steps");
  CHECK(changed([](auto& steps) { steps.pop_back(); }), "no 1x1 at the end");
  CHECK(changed([](auto& steps) { steps[1].weights.pop_back(); }), "weights of another size");
  CHECK(changed([](auto& steps) { steps[1].depthwise.push_back(0); }), "a depthwise kernel of another size");
  CHECK(changed([](auto& steps) { steps[1].bias.clear(); }), "no bias");
  CHECK(changed([](auto& steps) { steps[1].input = 2; }), "a step that reads itself");
  CHECK(changed([](auto& steps) { steps[2].skip = 3; }), "a step that adds itself");
  CHECK(changed([](auto& steps) { steps[2].skip = 0; }), "a step that adds the picture");
  CHECK(changed([](auto& steps) { steps[3].in = 9; }), "other channels");
  CHECK(changed([](auto& steps) { steps[1].residual = true; }), "a residual step with a stride");
  NetDraft block(2);
  block.conv(1, 8, 3, 2, 0, 1);
  block.separable(8, 8, 1, 2);
  block.pointwise(8, 2);
  const auto padded = [&](int before, int after) {
    std::vector<FusedStep> steps = block.steps();
    steps[1].residual = true;
    steps[1].pad_before = before;
    steps[1].pad_after = after;
    return is_refused(steps);
  };
  CHECK(!padded(1, 3), "a residual step that is padded unevenly");
  CHECK(padded(2, 3), "a residual step that is larger than its input");
  CHECK(padded(2, 1), "a residual step that is smaller than its input");
  CHECK(changed([](auto& steps) { steps[0].stride = 0; }), "no stride");
  FusedNet net(draft.steps(), best_isa(), 1);
  const auto refuses = [&](int height, int width) {
    try {
      net.plan(height, width);
      return false;
    } catch (const std::invalid_argument&) {
      return true;
    }
  };
  CHECK(refuses(1, 1), "a picture smaller than the kernels");
  int refused = 0;
  for (int side = 20; side < 24; side++) refused += refuses(side, side);
  CHECK(refused > 0 && refused < 4, "%d of 4 sizes are refused for a way up that does not fit", refused);
}

void a_stopped_net_ends() {
  NetDraft draft = draw_net(5);
  ThreadPool pool(2);
  FusedNet net(draft.steps(), best_isa(), 2);
  net.plan(32, 32);
  const std::vector<float> picture = draw(draft.random(), static_cast<size_t>(net.channels()) * 32 * 32);
  std::vector<float> logits(static_cast<size_t>(net.classes()) * net.output_height() * net.output_width(), -7.0F);
  PlanesInMemory rows(picture, net.channels(), 32, 32);
  net.stop();
  net.run(rows, logits.data(), pool);
  CHECK(net.is_stopped(), "it says so");
  for (float logit : logits) CHECK(logit == -7.0F, "no row was computed after it");
}

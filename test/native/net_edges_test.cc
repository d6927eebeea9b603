// Nets where kernels and strips meet their edges: pictures from a single px on, windows larger than the picture, any
// padding, more threads than rows, values that are no numbers.

#include <atomic>
#include <cfloat>
#include <limits>
#include <thread>

#include "net_draft.h"
#include "net_tests.h"

using namespace mavseg;
using namespace net_draft;

namespace {

constexpr int kMostThreads = 8;

struct Size {
  int height;
  int width;
};

/** Steps that follow each other with any kernel, stride, dilation and padding that leave a map of at least one px. */
class AnySteps {
 public:
  AnySteps(unsigned seed, int channels, Size picture) : draft(seed), map_(picture), channels_(channels) {}

  NetDraft draft;

  void conv(int out, int kernel, int most_stride) {
    const int stride = draft.random().between(1, most_stride);
    const auto [before, after] = pads(kernel - 1);
    draft.conv(channels_, out, kernel, stride, before, after);
    go_on(out, stride, kernel - 1, before, after);
  }

  void separable(int out, int most_stride, int most_dilation) {
    const int stride = draft.random().between(1, most_stride), dilation = draft.random().between(1, most_dilation);
    const auto [before, after] = pads(2 * dilation);
    draft.padded_separable(channels_, out, stride, dilation, before, after);
    go_on(out, stride, 2 * dilation, before, after);
  }

  /** Of the same size, as blocks of the tied family are. */
  void block(int most_dilation) { draft.separable(channels_, channels_, 1, draft.random().between(1, most_dilation)); }

  void end() { draft.pointwise(channels_, draft.random().between(1, 6)); }

 private:
  /** Often more than the window is wide, so that whole windows lie in zeros; always enough for one px. */
  std::pair<int, int> pads(int reach) {
    const int before = draft.random().between(0, reach + 2);
    const int missing = reach + 1 - before - std::min(map_.height, map_.width);
    return {before, std::max(draft.random().between(0, reach + 2), missing)};
  }

  void go_on(int out, int stride, int reach, int before, int after) {
    const auto side = [&](int size) { return (size + before + after - reach - 1) / stride + 1; };
    map_ = {side(map_.height), side(map_.width)};
    channels_ = out;
  }

  Size map_;
  int channels_;
};

/** A way down to half of an even picture and back up, between two blocks. */
NetDraft there_and_back(unsigned seed) {
  NetDraft draft(seed);
  const int width = draft.random().between(1, 24);
  draft.conv(draft.random().between(1, 3), width, 1, 1, 0, 0);
  draft.separable(width, width, 1, draft.random().between(1, 9));
  const int skip = draft.last();
  draft.separable(width, 8, 2, 1);
  draft.separable(8, 8, 1, draft.random().between(1, 9));
  draft.pointwise(8, width);
  draft.upsample(width, skip);
  draft.separable(width, width, 1, 1);
  draft.pointwise(width, draft.random().between(1, 5));
  return draft;
}

/** Runs a net on a picture as it is, and gives whether each logit is finite. */
std::vector<bool> finite_logits(NetDraft& draft, const std::vector<float>& picture, Size size, Isa isa,
                                std::vector<float>& logits) {
  ThreadPool pool(2);
  FusedNet net(draft.steps(), isa, 2);
  net.plan(size.height, size.width);
  logits.resize(static_cast<size_t>(net.classes()) * net.output_height() * net.output_width());
  PlanesInMemory rows(picture, net.channels(), size.height, size.width);
  net.run(rows, logits.data(), pool);
  std::vector<bool> finite;
  for (float logit : logits) finite.push_back(std::isfinite(logit));
  return finite;
}

}  // namespace

void nets_take_pictures_of_any_size() {
  for (unsigned seed = 300; seed < 420; seed++) {
    Random random(seed);
    const Size size{random.between(1, 12), random.between(1, 24)};
    AnySteps steps(seed, random.between(1, 4), size);
    steps.conv(random.between(1, 24), random.between(1, 8), 9);
    steps.separable(random.between(1, 24), 3, 20);
    steps.block(30);
    steps.conv(random.between(1, 17), random.between(1, 3), 2);
    steps.separable(8, 2, 5);
    steps.end();
    check_net(steps.draft, size.height, size.width, random.between(1, kMostThreads));
  }
  for (int height : {2, 4, 6}) {
    for (int width : {2, 10}) {
      NetDraft draft = there_and_back(static_cast<unsigned>(10 * height + width));
      check_net(draft, height, width, 1 + (height + width) % kMostThreads);
    }
  }
}

/** Maps above the size from which on rows are held in rings, of few rows or few columns. */
void joined_steps_take_maps_of_any_form() {
  unsigned seed = 500;
  constexpr Size kSizes[] = {{1, 40000}, {2, 20000}, {3, 11003}, {5, 7001}, {14000, 1}, {5001, 5}};
  for (const Size& size : kSizes) {
    AnySteps steps(seed++, 1, size);
    steps.conv(8, 3, 1);
    steps.conv(8, steps.draft.random().between(1, 3), 1);
    steps.separable(8, 1, 1);
    steps.block(1);
    steps.end();
    check_net(steps.draft, size.height, size.width, steps.draft.random().between(1, kMostThreads));
  }
}

/** What is no number stays none, where it can be seen and nowhere else, and is gone with its picture. */
void values_that_are_no_numbers_stay_where_they_are_seen() {
  constexpr Size size{16, 32};
  for (unsigned seed = 600; seed < 612; seed++) {
    NetDraft draft = there_and_back(seed);
    Random& random = draft.random();
    const int channels = draft.steps().front().in;
    const std::vector<float> clean = draw(random, static_cast<size_t>(channels) * size.height * size.width);
    const size_t at = static_cast<size_t>(random.between(0, static_cast<int>(clean.size()) - 1));
    std::vector<float> seen = clean;
    seen[at] = NAN;
    const plain::Tensor expected = expected_logits(draft.steps(), seen, size.height, size.width);
    for (Isa isa : instruction_sets()) {
      std::vector<float> usual, logits;
      finite_logits(draft, clean, size, isa, usual);
      const std::vector<bool> finite = finite_logits(draft, seen, size, isa, logits);
      for (size_t index = 0; index < finite.size(); index++) {
        CHECK(finite[index] == std::isfinite(expected.values[index]), "isa %d: logit %zu is %g", static_cast<int>(isa), index,
              logits[index]);
        CHECK(!finite[index] || logits[index] == usual[index], "isa %d: logit %zu", static_cast<int>(isa), index);
      }
      for (float value : {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(), FLT_MAX}) {
        seen[at] = value;
        finite_logits(draft, seen, size, isa, logits);
        for (size_t index = 0; index < finite.size(); index++) {
          CHECK(!finite[index] || logits[index] == usual[index], "isa %d: logit %zu of %g", static_cast<int>(isa), index,
                static_cast<double>(value));
        }
      }
      seen[at] = NAN;
    }
    ThreadPool pool(3);
    FusedNet net(draft.steps(), best_isa(), 3);
    std::vector<float> logits(expected.values.size());
    net.plan(size.height, size.width);
    PlanesInMemory dirty(seen, channels, size.height, size.width);
    net.run(dirty, logits.data(), pool);
    check_run(net, expected_logits(draft.steps(), clean, size.height, size.width), clean, size.height, size.width, pool);
  }
}

/** Pictures so dark that products are subnormal: no instruction set rounds them to 0 alone. */
void subnormal_values_are_kept() {
  NetDraft draft(620);
  draft.conv(1, 16, 3, 1, 1, 1);
  draft.pointwise(16, 4);
  std::vector<FusedStep> steps = draft.steps();
  for (FusedStep& step : steps) std::fill(step.bias.begin(), step.bias.end(), 0.0F);
  const std::vector<float> picture = draw(draft.random(), 9 * 33, 1e-41);
  PlanesInMemory rows(picture, 1, 9, 33);
  const plain::Tensor expected = expected_logits(steps, picture, 9, 33);
  ThreadPool pool(2);
  for (Isa isa : instruction_sets()) {
    FusedNet net(steps, isa, 2);
    net.plan(9, 33);
    std::vector<float> logits(4 * 9 * 33);
    net.run(rows, logits.data(), pool);
    // Each of some 30 sums rounds to a multiple of the smallest subnormal.
    for (size_t index = 0; index < logits.size(); index++) {
      CHECK(std::fabs(logits[index] - expected.values[index]) < 100 * FLT_TRUE_MIN, "isa %d: %g instead of %g",
            static_cast<int>(isa), logits[index], expected.values[index]);
    }
  }
}

/** From another thread at any moment; what it had begun is finished. */
void a_net_can_be_stopped_while_it_runs() {
  const NetDraft draft = there_and_back(640);
  Random random(641);
  const int channels = draft.steps().front().in;
  const std::vector<float> picture = draw(random, static_cast<size_t>(channels) * 64 * 64);
  PlanesInMemory rows(picture, channels, 64, 64);
  ThreadPool pool(4);
  for (int round = 0; round < 40; round++) {
    FusedNet net(draft.steps(), best_isa(), 4);
    net.plan(64, 64);
    std::vector<float> logits(static_cast<size_t>(net.classes()) * 64 * 64);
    std::atomic<bool> has_begun{false};
    std::thread stopper([&] {
      while (!has_begun.load()) std::this_thread::yield();
      net.stop();
    });
    do {
      has_begun.store(true);
      net.run(rows, logits.data(), pool);
    } while (!net.is_stopped());
    stopper.join();
  }
}

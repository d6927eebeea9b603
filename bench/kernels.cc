// What each kernel reaches of the memory's bandwidth, on 1280x1024 px, and those of nets of their roofline
// (net_kernel_bench.cc); built and run by kernels.mjs. Bytes are those that must move: the picture read and the tensor
// written, or the scores read and the mask written. First of all how long it takes until all threads of a pool have come to work and it is done.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "input_tensor.h"
#include "mask_decoder.h"
#include "net_kernel_bench.h"
#include "pause.h"
#include "thread_pool.h"

using namespace mavseg;

namespace {

constexpr int kWidth = 1280;
constexpr int kHeight = 1024;
constexpr size_t kPixels = static_cast<size_t>(kWidth) * kHeight;
constexpr int kStride = 4;
constexpr int kRuns = 40;

std::vector<double> measure(const std::function<void()>& run) {
  std::vector<double> ms;
  for (int index = 0; index < kRuns; index++) {
    const auto start = std::chrono::steady_clock::now();
    run();
    ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(ms.begin(), ms.end());
  return ms;
}

void report(const std::string& name, int threads, double bytes, const std::function<void()>& run) {
  const std::vector<double> ms = measure(run);
  const double best = ms.front();
  std::printf("%-34s %d thread(s)  min %6.3f ms  median %6.3f ms  %6.2f GB/s\n", name.c_str(), threads, best,
              ms[kRuns / 2], bytes / best / 1e6);
}

AxisGeometry axis(int size) { return {size, size, size, 0, size, 0, {1.0 / kStride, 0, 0, size}}; }

/** Hand-overs, each a few us behind one before it or so much later that all threads sleep. */
void bench_hand_over(ThreadPool& pool) {
  if (pool.size() == 1) return;
  const auto meet = [&] {
    std::atomic<int> here{0};
    pool.for_rows(pool.size(), 1, [&](int, int, int) {
      here++;
      // As a net's threads wait for each other.
      for (int looks = 0; here < pool.size(); looks++) {
        if (looks < 1000) pause();
        else std::this_thread::yield();
      }
    });
  };
  for (const bool is_awake : {true, false}) {
    std::vector<double> us;
    for (int run = 0; run < 10 * kRuns; run++) {
      const ThreadPool::Awake awake(pool);
      meet();
      if (!is_awake) std::this_thread::sleep_for(std::chrono::milliseconds(2));
      const auto start = std::chrono::steady_clock::now();
      meet();
      us.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(us.begin(), us.end());
    std::printf("%-34s %d thread(s)  min %6.2f us  quartile %6.2f us  median %6.2f us\n",
                is_awake ? "hand-over, awake" : "hand-over, asleep", pool.size(), us.front(), us[us.size() / 4],
                us[us.size() / 2]);
  }
}

void bench_copy(ThreadPool& pool) {
  const size_t row = kWidth * 3 * sizeof(float);
  std::vector<uint8_t> from(row * kHeight, 1), to(row * kHeight);
  report("memcpy of a float tensor", pool.size(), 2.0 * from.size(), [&] {
    pool.for_rows(kHeight, 16, [&](int, int first, int last) {
      std::memcpy(to.data() + first * row, from.data() + first * row, (last - first) * row);
    });
  });
}

void bench_tensor(ThreadPool& pool, Isa isa, const char* level) {
  const struct {
    const char* name;
    Encoding encoding;
    double bytes_per_px;
  } cases[] = {{"mono8", Encoding::kMono8, 1},   {"bgr8", Encoding::kBgr8, 3},    {"bgra8", Encoding::kBgra8, 4},
               {"yuy2", Encoding::kYuy2, 2},     {"nv12", Encoding::kNv12, 1.5}};
  const InputSpec spec{InputType::kFloat32, 3, true, false, 1.0 / 255, {0.4, 0.5, 0.6}, {0.2, 0.2, 0.2}};
  for (const auto& c : cases) {
    std::vector<uint8_t> data(kPixels * 4);
    for (size_t index = 0; index < data.size(); index++) data[index] = static_cast<uint8_t>(index * 31);
    const size_t step = static_cast<size_t>(kWidth * (c.bytes_per_px == 1.5 ? 1 : c.bytes_per_px));
    InputTensor tensor(spec, {axis(kWidth), axis(kHeight), true}, isa, pool.size());
    report(std::string(c.name) + " to float32, " + level, pool.size(), kPixels * (c.bytes_per_px + 12), [&] {
      tensor.write({data.data(), data.size(), kWidth, kHeight, step, c.encoding}, pool);
    });
  }
}

void bench_decode(ThreadPool& pool, Isa isa, const char* level) {
  for (const int classes : {2, 5}) {
    for (const bool is_noise : {false, true}) {
      const OutputSpec spec{OutputKind::kLogits, OutputType::kFloat32, classes, kWidth / kStride, kHeight / kStride,
                            false,               classes,              255};
      std::vector<float> scores(static_cast<size_t>(classes) * spec.width * spec.height);
      for (size_t index = 0; index < scores.size(); index++) {
        const float smooth = std::sin(index / 60.0F) * std::cos(index / 9000.0F);
        scores[index] = is_noise ? static_cast<float>(std::rand() % 1000) : smooth;
      }
      std::vector<uint8_t> mask(kPixels);
      std::vector<ClassStatistics> statistics(classes);
      MaskDecoder decoder(spec, axis(kWidth), axis(kHeight), isa, pool.size());
      const std::string name = "mask of " + std::to_string(classes) + (is_noise ? " classes, noise, " : " classes, ");
      report(name + level, pool.size(), scores.size() * 4.0 + kPixels,
             [&] { decoder.run(scores.data(), mask.data(), pool, statistics.data()); });
    }
  }
}

}  // namespace

/** @param arguments the most threads, and `net` for the kernels of nets alone */
int main(int count, char** arguments) {
  const int most = std::atoi(arguments[1]);
  const bool is_net_alone = count > 2 && std::strcmp(arguments[2], "net") == 0;
  const struct {
    Isa isa;
    const char* name;
  } levels[] = {{Isa::kBaseline, "baseline"}, {Isa::kAvx2, "avx2"}, {Isa::kAvx512, "avx512"}};
  for (int threads = 1; threads <= most && !is_net_alone; threads *= 2) {
    ThreadPool pool(threads);
    bench_hand_over(pool);
    bench_copy(pool);
    for (const auto& level : levels) {
      if (level.isa > best_isa()) continue;
      bench_tensor(pool, level.isa, level.name);
      bench_decode(pool, level.isa, level.name);
    }
  }
  for (const auto& level : levels) {
    if (level.isa <= best_isa()) bench_net_kernels(level.isa);
  }
}

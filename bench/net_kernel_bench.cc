#include "net_kernel_bench.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core_peak.h"
#include "net_kernels.h"

namespace mavseg {

namespace {

constexpr int kRuns = 40;

/** Of a run: long enough for the clock, and short enough that some runs are not interrupted. */
constexpr int kRowsPerRun = 512;

/** Rows as a net's maps lie: no vector crosses a cache line more often than there. */
class Rows {
 public:
  Rows(int rows, size_t stride) : stride_((stride + 15) / 16 * 16), rows_(rows) {
    const size_t floats = stride_ * static_cast<size_t>(rows);
    floats_.reset(static_cast<float*>(std::aligned_alloc(64, floats * sizeof(float))));
    std::fill_n(floats_.get(), floats, 0.1F);
  }
  float* row(int y) const { return floats_.get() + stride_ * static_cast<size_t>(y % rows_); }
  size_t bytes() const { return stride_ * static_cast<size_t>(rows_) * sizeof(float); }

 private:
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  size_t stride_;
  int rows_;
  std::unique_ptr<float[], Free> floats_;
};

/** Where maps lie. */
struct Place {
  const char* name;
  /** Of the larger maps. */
  int width;
  int height;
};

constexpr Place kPlaces[] = {{"first cache", 40, 1}, {"whole map", 320, 256}};

/** A kernel over a map: what it reads per row of its output, and what it does per px of that. */
struct Work {
  std::string name;
  int out_width;
  /** Floats of an input row, and how many rows further the next output row looks. */
  size_t in_floats;
  int in_step;
  /** Input rows that it looks at. */
  int in_rows;
  size_t out_floats;
  double macs;
  std::function<void(const float* const* rows, float* to)> run;
};

double fastest_s(const std::function<void()>& run) {
  double best = std::numeric_limits<double>::infinity();
  for (int index = 0; index < kRuns; index++) {
    const auto start = std::chrono::steady_clock::now();
    run();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

/** @return bytes per second, read and written, of copying between memories of such a size together */
double copy_rate(size_t bytes) {
  const size_t half = std::max<size_t>(bytes / 2, 1024);
  std::vector<char> from(half, 1), to(half);
  const int times = static_cast<int>(std::max<size_t>((16U << 20) / half, 1));
  const double seconds = fastest_s([&] {
    for (int time = 0; time < times; time++) {
      std::memcpy(to.data(), from.data(), half);
      asm volatile("" : : "r"(to.data()) : "memory");
    }
  });
  return 2.0 * static_cast<double>(half) * times / seconds;
}

void report(const Work& work, const Place& place, const char* isa, double peak) {
  const int height = place.height;
  const Rows in(height * work.in_step + work.in_rows, work.in_floats), out(height, work.out_floats);
  std::vector<const float*> rows(static_cast<size_t>(work.in_rows));
  const double seconds = fastest_s([&] {
    for (int index = 0; index < kRowsPerRun; index++) {
      const int y = index % height;
      for (int row = 0; row < work.in_rows; row++) rows[static_cast<size_t>(row)] = in.row(y * work.in_step + row);
      work.run(rows.data(), out.row(y));
    }
  });
  const double px = static_cast<double>(work.out_width) * kRowsPerRun;
  // Each float of the input once, however many rows look at it.
  const double bytes = (static_cast<double>(work.in_floats) * work.in_step + static_cast<double>(work.out_floats)) *
                       sizeof(float) * kRowsPerRun;
  const double copied = copy_rate(in.bytes() + out.bytes());
  const double for_macs = work.macs * px / peak, for_bytes = bytes / copied;
  constexpr const char* kLine =
      "%-26s %-7s %-12s %7.2f ns/px  %6.1f of %6.1f GMAC/s  %6.1f of %6.1f GB/s  %3.0f %% of the roofline, %s\n";
  std::printf(kLine, work.name.c_str(), isa, place.name, seconds / px * 1e9, work.macs * px / seconds / 1e9, peak / 1e9,
              bytes / seconds / 1e9, copied / 1e9, 100 * std::max(for_macs, for_bytes) / seconds,
              for_macs > for_bytes ? "arithmetic" : "bytes");
}

/** The kernels as the shipped nets call them. */
std::vector<Work> all_work(const NetKernels& kernels, int width, const float* weights) {
  const size_t n = static_cast<size_t>(width);
  std::vector<Work> all;
  for (const int planes : {1, 3}) {
    const int rows = 5 * planes;
    // Planes lie one behind the other in a row of this bench: 4 rows of the picture further per row of the map.
    all.push_back({"stem 5x5, " + std::to_string(planes) + " to 16", width, 4 * n + 8, 4 * planes, rows, 16 * n,
                   25.0 * planes * 16, [=](const float* const* from, float* to) {
                     kernels.conv({from, rows, 5, 4, weights, weights, nullptr, true, 16, n, to});
                   }});
  }
  for (const int channels : {16, 24, 32}) {
    const size_t c = static_cast<size_t>(channels);
    const std::string name = std::to_string(channels) + " channels";
    all.push_back({"depthwise 3x3, " + name, width, (n + 2) * c, 1, 3, n * c, 9.0 * channels,
                   [=](const float* const* from, float* to) {
                     kernels.depthwise({from, c, c, weights, weights, true, channels, n, to, c});
                   }});
    all.push_back({"1x1, " + name, width, n * c, 1, 1, n * c, static_cast<double>(channels) * channels,
                   [=](const float* const* from, float* to) {
                     kernels.conv({from, 1, channels, c, weights, weights, nullptr, true, channels, n, to});
                   }});
    all.push_back({"way down 3x3, " + name, width / 2, (n + 2) * c, 2, 3, n / 2 * c, 9.0 * channels * channels,
                   [=](const float* const* from, float* to) {
                     kernels.conv({from, 3, 3 * channels, 2 * c, weights, weights, nullptr, true, channels, n / 2, to});
                   }});
    // Reads a row of the small map and one of the large map, in one row here; 3 multiply-adds per value.
    all.push_back({"way up, " + name, width, (n / 2 + n) * c, 1, 2, n * c, 3.0 * channels,
                   [=](const float* const* from, float* to) {
                     kernels.upsample_add({from[0], from[1], from[0] + n / 2 * c, channels, n / 2, to});
                   }});
    all.push_back({"2 classes of " + name, width, n * c, 1, 1, 2 * n, 2.0 * channels,
                   [=](const float* const* from, float* to) {
                     kernels.score({from[0], channels, weights, weights, 2, n, to, n});
                   }});
  }
  return all;
}

}  // namespace

void bench_net_kernels(Isa isa) {
  const NetKernels& kernels = net_kernels(isa);
  const double peak = peak_macs(isa);
  const std::vector<float> weights(9 * 64 * 64, 0.1F);
  for (const Place& place : kPlaces) {
    for (const Work& work : all_work(kernels, place.width, weights.data())) report(work, place, kernels.name, peak);
  }
}

}  // namespace mavseg

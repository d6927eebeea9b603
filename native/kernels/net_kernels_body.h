// Included by net_kernels.cc once per instruction set; MAVSEG_LANES is how many floats its widest register holds. No
// include guard.

namespace {

#define MAVSEG_INLINE inline __attribute__((always_inline))

// positive(): x86-64 takes the second of two operands where either is no number, so the zero comes first. arm64 keeps what
// is no number by itself, and onnxruntime does too: a net that has run over must not look as if it saw nothing.

#if MAVSEG_LANES == 4

/** A register of floats. */
struct Four {
  static constexpr int kLanes = 4;
#if defined(__x86_64__)
  __m128 v;
  static MAVSEG_INLINE Four load(const float* from) { return {_mm_loadu_ps(from)}; }
  static MAVSEG_INLINE Four splat(float value) { return {_mm_set1_ps(value)}; }
  MAVSEG_INLINE void store(float* to) const { _mm_storeu_ps(to, v); }
  static MAVSEG_INLINE Four multiply_add(Four a, Four b, Four c) { return {_mm_add_ps(_mm_mul_ps(a.v, b.v), c.v)}; }
  static MAVSEG_INLINE Four add(Four a, Four b) { return {_mm_add_ps(a.v, b.v)}; }
  static MAVSEG_INLINE Four multiply(Four a, Four b) { return {_mm_mul_ps(a.v, b.v)}; }
  static MAVSEG_INLINE Four positive(Four a) { return {_mm_max_ps(_mm_setzero_ps(), a.v)}; }
  static MAVSEG_INLINE void transpose(Four (&r)[4]) { _MM_TRANSPOSE4_PS(r[0].v, r[1].v, r[2].v, r[3].v); }
#elif defined(__ARM_NEON)
  float32x4_t v;
  static MAVSEG_INLINE Four load(const float* from) { return {vld1q_f32(from)}; }
  static MAVSEG_INLINE Four splat(float value) { return {vdupq_n_f32(value)}; }
  MAVSEG_INLINE void store(float* to) const { vst1q_f32(to, v); }
  static MAVSEG_INLINE Four multiply_add(Four a, Four b, Four c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
  static MAVSEG_INLINE Four add(Four a, Four b) { return {vaddq_f32(a.v, b.v)}; }
  static MAVSEG_INLINE Four multiply(Four a, Four b) { return {vmulq_f32(a.v, b.v)}; }
  static MAVSEG_INLINE Four positive(Four a) { return {vmaxq_f32(a.v, vdupq_n_f32(0))}; }
  static MAVSEG_INLINE void transpose(Four (&r)[4]) {
    const float32x4x2_t top = vtrnq_f32(r[0].v, r[1].v);
    const float32x4x2_t bottom = vtrnq_f32(r[2].v, r[3].v);
    r[0].v = vcombine_f32(vget_low_f32(top.val[0]), vget_low_f32(bottom.val[0]));
    r[1].v = vcombine_f32(vget_low_f32(top.val[1]), vget_low_f32(bottom.val[1]));
    r[2].v = vcombine_f32(vget_high_f32(top.val[0]), vget_high_f32(bottom.val[0]));
    r[3].v = vcombine_f32(vget_high_f32(top.val[1]), vget_high_f32(bottom.val[1]));
  }
#else
  float v[4];
  static Four load(const float* from) {
    Four four;
    std::memcpy(four.v, from, sizeof four.v);
    return four;
  }
  static Four splat(float value) { return {{value, value, value, value}}; }
  void store(float* to) const { std::memcpy(to, v, sizeof v); }
  template <typename Of>
  static Four each(const Of& of) {
    return {{of(0), of(1), of(2), of(3)}};
  }
  static Four multiply_add(const Four& a, const Four& b, const Four& c) {
    return each([&](int i) { return a.v[i] * b.v[i] + c.v[i]; });
  }
  static Four add(const Four& a, const Four& b) {
    return each([&](int i) { return a.v[i] + b.v[i]; });
  }
  static Four multiply(const Four& a, const Four& b) {
    return each([&](int i) { return a.v[i] * b.v[i]; });
  }
  static Four positive(const Four& a) {
    return each([&](int i) { return a.v[i] < 0 ? 0 : a.v[i]; });
  }
  static void transpose(Four (&r)[4]) {
    for (int row = 0; row < 4; row++) {
      for (int lane = 0; lane < row; lane++) {
        const float kept = r[row].v[lane];
        r[row].v[lane] = r[lane].v[row];
        r[lane].v[row] = kept;
      }
    }
  }
#endif
};

#else

struct Eight {
  static constexpr int kLanes = 8;
  __m256 v;
  static MAVSEG_INLINE Eight load(const float* from) { return {_mm256_loadu_ps(from)}; }
  static MAVSEG_INLINE Eight splat(float value) { return {_mm256_set1_ps(value)}; }
  MAVSEG_INLINE void store(float* to) const { _mm256_storeu_ps(to, v); }
  static MAVSEG_INLINE Eight multiply_add(Eight a, Eight b, Eight c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
  static MAVSEG_INLINE Eight add(Eight a, Eight b) { return {_mm256_add_ps(a.v, b.v)}; }
  static MAVSEG_INLINE Eight multiply(Eight a, Eight b) { return {_mm256_mul_ps(a.v, b.v)}; }
  static MAVSEG_INLINE Eight positive(Eight a) { return {_mm256_max_ps(_mm256_setzero_ps(), a.v)}; }
  static MAVSEG_INLINE void transpose(Eight (&r)[8]) {
    __m256 pairs[8], fours[8];
#pragma GCC unroll 4
    for (int i = 0; i < 8; i += 2) {
      pairs[i] = _mm256_unpacklo_ps(r[i].v, r[i + 1].v);
      pairs[i + 1] = _mm256_unpackhi_ps(r[i].v, r[i + 1].v);
    }
#pragma GCC unroll 2
    for (int i = 0; i < 8; i += 4) {
      fours[i] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], _MM_SHUFFLE(1, 0, 1, 0));
      fours[i + 1] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], _MM_SHUFFLE(3, 2, 3, 2));
      fours[i + 2] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], _MM_SHUFFLE(1, 0, 1, 0));
      fours[i + 3] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], _MM_SHUFFLE(3, 2, 3, 2));
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
      r[i].v = _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x20);
      r[i + 4].v = _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x31);
    }
  }
};

#endif

#if MAVSEG_LANES == 16

struct Sixteen {
  static constexpr int kLanes = 16;
  __m512 v;
  static MAVSEG_INLINE Sixteen load(const float* from) { return {_mm512_loadu_ps(from)}; }
  static MAVSEG_INLINE Sixteen splat(float value) { return {_mm512_set1_ps(value)}; }
  MAVSEG_INLINE void store(float* to) const { _mm512_storeu_ps(to, v); }
  static MAVSEG_INLINE Sixteen multiply_add(Sixteen a, Sixteen b, Sixteen c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
  static MAVSEG_INLINE Sixteen add(Sixteen a, Sixteen b) { return {_mm512_add_ps(a.v, b.v)}; }
  static MAVSEG_INLINE Sixteen multiply(Sixteen a, Sixteen b) { return {_mm512_mul_ps(a.v, b.v)}; }
  /** By its masked form: the plain one warns of a value without a start in gcc 12. */
  static MAVSEG_INLINE Sixteen positive(Sixteen a) { return {_mm512_maskz_max_ps(0xFFFF, _mm512_setzero_ps(), a.v)}; }
};

#endif

/** `Px` px of `Vectors` registers of output channels each, held in registers over all taps. `Step` 0: known at run time. */
template <typename V, int Vectors, int Px, int Step>
MAVSEG_INLINE void conv_tile(const ConvRow& job, size_t px, int channel) {
  const size_t step = Step == 0 ? job.step : Step;
  const size_t out = static_cast<size_t>(job.out);
  V sum[Px][Vectors];
#pragma GCC unroll 16
  for (int p = 0; p < Px; p++) {
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; v++) sum[p][v] = V::load(job.bias + channel + v * V::kLanes);
  }
  const float* weights = job.weights + channel;
  for (int row = 0; row < job.row_count; row++) {
    const float* from = job.rows[row] + px * step;
    const float* const end = from + job.taps;
    for (; from != end; from++, weights += out) {
      V weight[Vectors];
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; v++) weight[v] = V::load(weights + v * V::kLanes);
#pragma GCC unroll 16
      for (int p = 0; p < Px; p++) {
        const V value = V::splat(from[p * step]);
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; v++) sum[p][v] = V::multiply_add(value, weight[v], sum[p][v]);
      }
    }
  }
#pragma GCC unroll 16
  for (int p = 0; p < Px; p++) {
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; v++) {
      const size_t at = (px + p) * out + channel + v * V::kLanes;
      if (job.residual != nullptr) sum[p][v] = V::add(sum[p][v], V::load(job.residual + at));
      if (job.relu) sum[p][v] = V::positive(sum[p][v]);
      sum[p][v].store(job.to + at);
    }
  }
}

template <typename V, int Vectors, int Px, int Step>
void conv_panel(const ConvRow& job, int channel) {
  size_t px = 0;
  for (; px + Px <= job.n; px += Px) conv_tile<V, Vectors, Px, Step>(job, px, channel);
  if (px == job.n) return;
  // The last px once more, rather than one by one: a single px waits for each of its sums.
  if (job.n >= Px) return conv_tile<V, Vectors, Px, Step>(job, job.n - Px, channel);
  for (; px < job.n; px++) conv_tile<V, Vectors, 1, 0>(job, px, channel);
}

/** Steps that nets have, as constants: then the addresses of all px of a tile are one register and an offset. */
template <typename V, int Vectors, int Px>
void conv_panel_of_step(const ConvRow& job, int channel) {
  switch (job.step) {
    case 4:
      return conv_panel<V, Vectors, Px, 4>(job, channel);
    case 8:
      return conv_panel<V, Vectors, Px, 8>(job, channel);
    case 16:
      return conv_panel<V, Vectors, Px, 16>(job, channel);
    case 24:
      return conv_panel<V, Vectors, Px, 24>(job, channel);
    case 32:
      return conv_panel<V, Vectors, Px, 32>(job, channel);
    default:
      return conv_panel<V, Vectors, Px, 0>(job, channel);
  }
}

// Px per tile: as many as leave registers for the weights and one value, and at least as many sums as a multiply-add
// takes cycles.

void conv(const ConvRow& job) {
  int channel = 0;
#if MAVSEG_LANES == 4
  for (; channel < job.out; channel += 8) conv_panel_of_step<Four, 2, 6>(job, channel);
#else
#if MAVSEG_LANES == 16
  if (job.out % 16 == 0) {
    for (; channel + 32 <= job.out; channel += 32) conv_panel_of_step<Sixteen, 2, 8>(job, channel);
    for (; channel < job.out; channel += 16) conv_panel_of_step<Sixteen, 1, 8>(job, channel);
    return;
  }
  for (; channel + 24 <= job.out; channel += 24) conv_panel_of_step<Eight, 3, 8>(job, channel);
#else
  for (; channel + 24 <= job.out; channel += 24) conv_panel_of_step<Eight, 3, 4>(job, channel);
#endif
  for (; channel + 16 <= job.out; channel += 16) conv_panel_of_step<Eight, 2, 6>(job, channel);
  for (; channel < job.out; channel += 8) conv_panel_of_step<Eight, 1, 8>(job, channel);
#endif
}

/** Px that share their loads: 4 sums, 9 weights and a value fit 16 registers. Measured: 52 GMAC/s, without sharing 42. */
constexpr int kShared = 4;

template <typename V>
MAVSEG_INLINE void depthwise_of(const DepthwiseRow& job, int channel) {
  V weight[9];
#pragma GCC unroll 9
  for (int tap = 0; tap < 9; tap++) weight[tap] = V::load(job.weights + tap * job.channels + channel);
  const V bias = V::load(job.bias + channel);
  const float* from[3] = {job.rows[0] + channel, job.rows[1] + channel, job.rows[2] + channel};
  const size_t reach = job.reach;
  const size_t step = job.step;
  float* to = job.to + channel;
  size_t px = 0;
  if (step == reach) {
    for (; px + kShared <= job.n; px += kShared) {
      V sum[kShared];
#pragma GCC unroll 8
      for (int p = 0; p < kShared; p++) sum[p] = bias;
#pragma GCC unroll 3
      for (int row = 0; row < 3; row++) {
#pragma GCC unroll 8
        for (int tap = 0; tap < kShared + 2; tap++) {
          const V value = V::load(from[row] + tap * step);
#pragma GCC unroll 8
          for (int p = 0; p < kShared; p++) {
            if (tap - p >= 0 && tap - p < 3) sum[p] = V::multiply_add(value, weight[3 * row + tap - p], sum[p]);
          }
        }
        from[row] += kShared * step;
      }
#pragma GCC unroll 8
      for (int p = 0; p < kShared; p++) {
        if (job.relu) sum[p] = V::positive(sum[p]);
        sum[p].store(to + p * job.to_step);
      }
      to += kShared * job.to_step;
    }
  }
  for (; px < job.n; px++) {
    V sum = bias;
#pragma GCC unroll 3
    for (int row = 0; row < 3; row++) {
      sum = V::multiply_add(V::load(from[row]), weight[3 * row], sum);
      sum = V::multiply_add(V::load(from[row] + reach), weight[3 * row + 1], sum);
      sum = V::multiply_add(V::load(from[row] + 2 * reach), weight[3 * row + 2], sum);
      from[row] += step;
    }
    if (job.relu) sum = V::positive(sum);
    sum.store(to);
    to += job.to_step;
  }
}

/** In registers of eight: on AVX-512 processors whose units are half as wide as the registers those of 16 gain nothing. */
void depthwise(const DepthwiseRow& job) {
  int channel = 0;
#if MAVSEG_LANES == 4
  for (; channel < job.channels; channel += 4) depthwise_of<Four>(job, channel);
#else
  for (; channel < job.channels; channel += 8) depthwise_of<Eight>(job, channel);
#endif
}

template <typename V>
MAVSEG_INLINE void upsample_add_of(const UpsampleRow& job, int channel) {
  const size_t channels = static_cast<size_t>(job.channels);
  const V most = V::splat(0.75F);
  const V rest = V::splat(0.25F);
  const auto blend = [&](size_t px) {
    const size_t at = px * channels + channel;
    return V::multiply_add(V::load(job.near + at), most, V::multiply(V::load(job.far + at), rest));
  };
  const auto write = [&](size_t px, V own, V neighbour) {
    const size_t at = px * channels + channel;
    const V blended = V::multiply_add(own, most, V::multiply(neighbour, rest));
    V::positive(V::add(V::load(job.skip + at), blended)).store(job.to + at);
  };
  V own = blend(0);
  V left = own;
  for (size_t px = 0; px < job.n; px++) {
    const V right = px + 1 < job.n ? blend(px + 1) : own;
    write(2 * px, own, left);
    write(2 * px + 1, own, right);
    left = own;
    own = right;
  }
}

void upsample_add(const UpsampleRow& job) {
  int channel = 0;
#if MAVSEG_LANES == 4
  for (; channel < job.channels; channel += 4) upsample_add_of<Four>(job, channel);
#else
#if MAVSEG_LANES == 16
  for (; channel + 16 <= job.channels; channel += 16) upsample_add_of<Sixteen>(job, channel);
#endif
  for (; channel < job.channels; channel += 8) upsample_add_of<Eight>(job, channel);
#endif
}

/** Px by px in the lanes: the channels of as many px as a register holds are turned over first. */
template <typename V, int Classes>
MAVSEG_INLINE void score_tile(const ScoreRow& job, int first, size_t px) {
  const size_t channels = static_cast<size_t>(job.channels);
  const float* const weights = job.weights + first * channels;
  V sum[Classes];
#pragma GCC unroll 4
  for (int c = 0; c < Classes; c++) sum[c] = V::splat(job.bias[first + c]);
  for (size_t channel = 0; channel < channels; channel += V::kLanes) {
    V turned[V::kLanes];
#pragma GCC unroll 8
    for (int p = 0; p < V::kLanes; p++) turned[p] = V::load(job.from + (px + p) * channels + channel);
    V::transpose(turned);
#pragma GCC unroll 8
    for (int lane = 0; lane < V::kLanes; lane++) {
#pragma GCC unroll 4
      for (int c = 0; c < Classes; c++) {
        const V weight = V::splat(weights[c * channels + channel + lane]);
        sum[c] = V::multiply_add(weight, turned[lane], sum[c]);
      }
    }
  }
#pragma GCC unroll 4
  for (int c = 0; c < Classes; c++) sum[c].store(job.to + (first + c) * job.plane + px);
}

/** One px of a row with fewer than a register holds, in a register all the same: so it is rounded as all others are. */
template <typename V>
void score_px(const ScoreRow& job, int c, size_t px) {
  const size_t channels = static_cast<size_t>(job.channels);
  V sum = V::splat(job.bias[c]);
  for (size_t channel = 0; channel < channels; channel++) {
    const V weight = V::splat(job.weights[c * channels + channel]);
    sum = V::multiply_add(weight, V::splat(job.from[px * channels + channel]), sum);
  }
  float lanes[V::kLanes];
  sum.store(lanes);
  job.to[c * job.plane + px] = lanes[0];
}

template <typename V, int Classes>
MAVSEG_INLINE void score_classes(const ScoreRow& job, int first) {
  if (job.n < V::kLanes) {
    for (int c = first; c < first + Classes; c++) {
      for (size_t px = 0; px < job.n; px++) score_px<V>(job, c, px);
    }
    return;
  }
  size_t px = 0;
  for (; px + V::kLanes <= job.n; px += V::kLanes) score_tile<V, Classes>(job, first, px);
  if (px < job.n) score_tile<V, Classes>(job, first, job.n - V::kLanes);
}

void score(const ScoreRow& job) {
#if MAVSEG_LANES == 4
  using V = Four;
#else
  using V = Eight;
#endif
  int first = 0;
  for (; first + 4 <= job.classes; first += 4) score_classes<V, 4>(job, first);
  for (; first + 2 <= job.classes; first += 2) score_classes<V, 2>(job, first);
  for (; first < job.classes; first++) score_classes<V, 1>(job, first);
}

#undef MAVSEG_INLINE

}  // namespace

#if MAVSEG_LANES == 16
constexpr const char* kName = "avx512";
#elif MAVSEG_LANES == 8
constexpr const char* kName = "avx2";
#elif defined(__x86_64__)
constexpr const char* kName = "sse2";
#elif defined(__ARM_NEON)
constexpr const char* kName = "neon";
#else
constexpr const char* kName = "scalar";
#endif

constexpr NetKernels kNetKernels = {kName, conv, depthwise, upsample_add, score};

// Included by net_kernels.cc once per instruction set; MAVSEG_LANES is how many floats its widest register holds. No
// include guard.

namespace {

#define MAVSEG_INLINE inline __attribute__((always_inline))

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
  static MAVSEG_INLINE Four positive(Four a) { return {_mm_max_ps(a.v, _mm_setzero_ps())}; }
#elif defined(__ARM_NEON)
  float32x4_t v;
  static MAVSEG_INLINE Four load(const float* from) { return {vld1q_f32(from)}; }
  static MAVSEG_INLINE Four splat(float value) { return {vdupq_n_f32(value)}; }
  MAVSEG_INLINE void store(float* to) const { vst1q_f32(to, v); }
  static MAVSEG_INLINE Four multiply_add(Four a, Four b, Four c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
  static MAVSEG_INLINE Four add(Four a, Four b) { return {vaddq_f32(a.v, b.v)}; }
  static MAVSEG_INLINE Four multiply(Four a, Four b) { return {vmulq_f32(a.v, b.v)}; }
  static MAVSEG_INLINE Four positive(Four a) { return {vmaxq_f32(a.v, vdupq_n_f32(0))}; }
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
    return each([&](int i) { return a.v[i] > 0 ? a.v[i] : 0; });
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
  static MAVSEG_INLINE Eight positive(Eight a) { return {_mm256_max_ps(a.v, _mm256_setzero_ps())}; }
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
  static MAVSEG_INLINE Sixteen positive(Sixteen a) { return {_mm512_maskz_max_ps(0xFFFF, a.v, _mm512_setzero_ps())}; }
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
  for (size_t px = 0; px < job.n; px++) {
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
    to += job.channels;
  }
}

void depthwise(const DepthwiseRow& job) {
  int channel = 0;
#if MAVSEG_LANES == 4
  for (; channel < job.channels; channel += 4) depthwise_of<Four>(job, channel);
#else
#if MAVSEG_LANES == 16
  for (; channel + 16 <= job.channels; channel += 16) depthwise_of<Sixteen>(job, channel);
#endif
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

#undef MAVSEG_INLINE

}  // namespace

constexpr NetKernels kNetKernels = {conv, depthwise, upsample_add};

// The row kernels, written once as plain loops and included by row_kernels.cc once per instruction set, each time in
// another namespace and under another target pragma. No include guard for that reason, and no includes: a header's
// inline functions would be compiled for the target as well.

namespace {

// Fixed point with 20 fractional bits: the largest sum, 1.164 * 239 + 2.018 * 127, stays below 2^31.
constexpr int kShift = 20;
constexpr int32_t kHalf = 1 << (kShift - 1);

constexpr int32_t fixed(double value) { return static_cast<int32_t>(value * (1 << kShift) + 0.5); }

// ITU-R BT.601 luma of full-range RGB; the three sum to 1 exactly, so that grey stays grey.
constexpr int32_t kLumaRed = fixed(0.299);
constexpr int32_t kLumaBlue = fixed(0.114);
constexpr int32_t kLumaGreen = (1 << kShift) - kLumaRed - kLumaBlue;

// ITU-R BT.601, limited range (luma 16..235, chroma 16..240), to full-range RGB.
constexpr int32_t kLumaScale = fixed(255.0 / 219);
constexpr int32_t kRedFromV = fixed((255.0 / 224) * 2 * (1 - 0.299));
constexpr int32_t kGreenFromV = fixed((255.0 / 224) * 2 * (1 - 0.299) * (0.299 / 0.587));
constexpr int32_t kGreenFromU = fixed((255.0 / 224) * 2 * (1 - 0.114) * (0.114 / 0.587));
constexpr int32_t kBlueFromU = fixed((255.0 / 224) * 2 * (1 - 0.114));

inline uint8_t clamp_byte(int32_t value) {
  return static_cast<uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
}

inline int32_t scaled_luma(uint8_t luma) { return kLumaScale * (luma > 16 ? luma - 16 : 0); }

inline void yuv_pixel(int32_t luma, int32_t u, int32_t v, uint8_t& red, uint8_t& green, uint8_t& blue) {
  red = clamp_byte((luma + kRedFromV * v + kHalf) >> kShift);
  green = clamp_byte((luma - kGreenFromV * v - kGreenFromU * u + kHalf) >> kShift);
  blue = clamp_byte((luma + kBlueFromU * u + kHalf) >> kShift);
}

#if defined(__SSSE3__)

// Compilers turn the plain loop into chains of unpacks that run at a third of this speed (gcc 12).
inline __m128i gather3(__m128i a, __m128i b, __m128i c, __m128i from_a, __m128i from_b, __m128i from_c) {
  return _mm_or_si128(_mm_or_si128(_mm_shuffle_epi8(a, from_a), _mm_shuffle_epi8(b, from_b)),
                      _mm_shuffle_epi8(c, from_c));
}

size_t split3_vectors(const uint8_t* source, size_t n, uint8_t* first, uint8_t* second, uint8_t* third) {
  const __m128i a0 = _mm_setr_epi8(0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  const __m128i b0 = _mm_setr_epi8(-1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14, -1, -1, -1, -1, -1);
  const __m128i c0 = _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 4, 7, 10, 13);
  const __m128i a1 = _mm_setr_epi8(1, 4, 7, 10, 13, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  const __m128i b1 = _mm_setr_epi8(-1, -1, -1, -1, -1, 0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1);
  const __m128i c1 = _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14);
  const __m128i a2 = _mm_setr_epi8(2, 5, 8, 11, 14, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  const __m128i b2 = _mm_setr_epi8(-1, -1, -1, -1, -1, 1, 4, 7, 10, 13, -1, -1, -1, -1, -1, -1);
  const __m128i c2 = _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 3, 6, 9, 12, 15);
  size_t x = 0;
  for (; x + 16 <= n; x += 16) {
    const __m128i* at = reinterpret_cast<const __m128i*>(source + 3 * x);
    const __m128i a = _mm_loadu_si128(at), b = _mm_loadu_si128(at + 1), c = _mm_loadu_si128(at + 2);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(first + x), gather3(a, b, c, a0, b0, c0));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(second + x), gather3(a, b, c, a1, b1, c1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(third + x), gather3(a, b, c, a2, b2, c2));
  }
  return x;
}

#elif defined(__ARM_NEON)

size_t split3_vectors(const uint8_t* source, size_t n, uint8_t* first, uint8_t* second, uint8_t* third) {
  size_t x = 0;
  for (; x + 16 <= n; x += 16) {
    const uint8x16x3_t planes = vld3q_u8(source + 3 * x);
    vst1q_u8(first + x, planes.val[0]);
    vst1q_u8(second + x, planes.val[1]);
    vst1q_u8(third + x, planes.val[2]);
  }
  return x;
}

#else

size_t split3_vectors(const uint8_t*, size_t, uint8_t*, uint8_t*, uint8_t*) { return 0; }

#endif

void split3(const uint8_t* __restrict source, size_t n, uint8_t* __restrict first, uint8_t* __restrict second,
            uint8_t* __restrict third) {
  for (size_t x = split3_vectors(source, n, first, second, third); x < n; x++) {
    first[x] = source[3 * x];
    second[x] = source[3 * x + 1];
    third[x] = source[3 * x + 2];
  }
}

void split4(const uint8_t* __restrict source, size_t n, uint8_t* __restrict first, uint8_t* __restrict second,
            uint8_t* __restrict third) {
  for (size_t x = 0; x < n; x++) {
    first[x] = source[4 * x];
    second[x] = source[4 * x + 1];
    third[x] = source[4 * x + 2];
  }
}

void luma(const uint8_t* __restrict red, const uint8_t* __restrict green, const uint8_t* __restrict blue, size_t n,
          uint8_t* __restrict luma) {
  for (size_t x = 0; x < n; x++) {
    luma[x] = static_cast<uint8_t>((kLumaRed * red[x] + kLumaGreen * green[x] + kLumaBlue * blue[x] + kHalf) >> kShift);
  }
}

void expand_luma(const uint8_t* __restrict source, int stride, size_t n, uint8_t* __restrict luma) {
  for (size_t x = 0; x < n; x++) luma[x] = clamp_byte((scaled_luma(source[x * stride]) + kHalf) >> kShift);
}

void yuy2(const uint8_t* __restrict source, size_t n, uint8_t* __restrict red, uint8_t* __restrict green,
          uint8_t* __restrict blue) {
  for (size_t pair = 0; pair < n / 2; pair++) {
    const uint8_t* at = source + 4 * pair;
    const size_t x = 2 * pair;
    const int32_t u = at[1] - 128, v = at[3] - 128;
    yuv_pixel(scaled_luma(at[0]), u, v, red[x], green[x], blue[x]);
    yuv_pixel(scaled_luma(at[2]), u, v, red[x + 1], green[x + 1], blue[x + 1]);
  }
}

void nv12(const uint8_t* __restrict luma, const uint8_t* __restrict chroma, size_t n, uint8_t* __restrict red,
          uint8_t* __restrict green, uint8_t* __restrict blue) {
  for (size_t x = 0; x + 1 < n; x += 2) {
    const int32_t u = chroma[x] - 128, v = chroma[x + 1] - 128;
    yuv_pixel(scaled_luma(luma[x]), u, v, red[x], green[x], blue[x]);
    yuv_pixel(scaled_luma(luma[x + 1]), u, v, red[x + 1], green[x + 1], blue[x + 1]);
  }
}

void normalise(const uint8_t* __restrict source, size_t n, float scale, float bias, float* __restrict target) {
  for (size_t x = 0; x < n; x++) target[x] = static_cast<float>(source[x]) * scale + bias;
}

void accumulate(const uint8_t* __restrict source, size_t n, float weight, float* __restrict sum) {
  for (size_t x = 0; x < n; x++) sum[x] += static_cast<float>(source[x]) * weight;
}

void blend(const float* __restrict top, const float* __restrict bottom, size_t n, float weight,
           float* __restrict target) {
  for (size_t x = 0; x < n; x++) target[x] = top[x] + (bottom[x] - top[x]) * weight;
}

void subtract(const float* __restrict left, const float* __restrict right, size_t n, float* __restrict target) {
  for (size_t x = 0; x < n; x++) target[x] = left[x] - right[x];
}

void positive(const float* __restrict score, size_t n, uint8_t* __restrict best) {
  for (size_t x = 0; x < n; x++) best[x] = score[x] > 0.0F ? 1 : 0;
}

void largest(const float* __restrict scores, size_t planes, size_t n, float* __restrict top,
             uint8_t* __restrict best) {
  for (size_t x = 0; x < n; x++) {
    top[x] = scores[x];
    best[x] = 0;
  }
  for (size_t plane = 1; plane < planes; plane++) {
    const float* __restrict row = scores + plane * n;
    const uint8_t id = static_cast<uint8_t>(plane);
    for (size_t x = 0; x < n; x++) {
      const bool is_larger = row[x] > top[x];
      top[x] = is_larger ? row[x] : top[x];
      best[x] = is_larger ? id : best[x];
    }
  }
}

void widen(const uint16_t* __restrict halves, size_t n, float* __restrict target) {
  // Exponent and mantissa are moved to their places in a float and scaled by 2^112, the difference of the biases: so
  // subnormal halves come out right without a branch. Infinities and NaN need their exponent set by hand.
  constexpr float kBiasScale = 5192296858534827628530496329220096.0F;
  for (size_t x = 0; x < n; x++) {
    const uint32_t half = halves[x];
    const uint32_t magnitude = (half & 0x7FFFU) << 13;
    float value;
    std::memcpy(&value, &magnitude, sizeof value);
    value *= kBiasScale;
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    bits |= (half & 0x7C00U) == 0x7C00U ? 0x7F800000U : 0U;
    bits |= (half & 0x8000U) << 16;
    std::memcpy(&target[x], &bits, sizeof bits);
  }
}

}  // namespace

constexpr RowKernels kKernels{split3, split4,     luma,  expand_luma, yuy2,     nv12,    normalise,
                              accumulate, blend, subtract,    positive, largest, widen};

// Eight-lane vectors from the compiler's vector extensions: one source becomes AVX-512, AVX2, SSE2 or NEON.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <vector>
#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

namespace reelscape {

constexpr int kLanes = 8;

typedef float f8 __attribute__((vector_size(32)));
typedef std::int32_t i8 __attribute__((vector_size(32)));
typedef std::uint32_t u8 __attribute__((vector_size(32)));
// For access to plain arrays: any alignment, allowed to alias them.
typedef float f8_at __attribute__((vector_size(32), aligned(4), may_alias));
typedef std::int32_t i8_at __attribute__((vector_size(32), aligned(4), may_alias));

#define REELSCAPE_INLINE inline __attribute__((always_inline))

REELSCAPE_INLINE f8 load(const float *p) { return *reinterpret_cast<const f8_at *>(p); }
REELSCAPE_INLINE void store(float *p, f8 v) { *reinterpret_cast<f8_at *>(p) = v; }
REELSCAPE_INLINE void store(std::int32_t *p, i8 v) { *reinterpret_cast<i8_at *>(p) = v; }
REELSCAPE_INLINE i8 load(const std::int32_t *p) { return *reinterpret_cast<const i8_at *>(p); }
REELSCAPE_INLINE f8 broadcast(float x) { return f8{x, x, x, x, x, x, x, x}; }
REELSCAPE_INLINE f8 iota() { return f8{0, 1, 2, 3, 4, 5, 6, 7}; }
REELSCAPE_INLINE i8 iota_int() { return i8{0, 1, 2, 3, 4, 5, 6, 7}; }

REELSCAPE_INLINE f8 select(i8 mask, f8 yes, f8 no) { return mask ? yes : no; }
#if defined(__AVX__) // which compilers do not make of the comparison: theirs differs in the sign of zero
REELSCAPE_INLINE f8 min(f8 a, f8 b) { return (f8)_mm256_min_ps((__m256)a, (__m256)b); }
REELSCAPE_INLINE f8 max(f8 a, f8 b) { return (f8)_mm256_max_ps((__m256)a, (__m256)b); }
#else
REELSCAPE_INLINE f8 min(f8 a, f8 b) { return a < b ? a : b; }
REELSCAPE_INLINE f8 max(f8 a, f8 b) { return a > b ? a : b; }
#endif
REELSCAPE_INLINE f8 clamp(f8 x, float low, float high) { return min(max(x, broadcast(low)), broadcast(high)); }
REELSCAPE_INLINE f8 abs(f8 x) { return (f8)((i8)x & 0x7fffffff); }
REELSCAPE_INLINE i8 to_int(f8 x) { return __builtin_convertvector(x, i8); }
REELSCAPE_INLINE f8 to_float(i8 x) { return __builtin_convertvector(x, f8); }

REELSCAPE_INLINE f8 sqrt(f8 x) {
#if defined(__AVX__)
    return (f8)_mm256_sqrt_ps((__m256)x);
#elif defined(__SSE2__)
    __m128 half[2];
    std::memcpy(half, &x, sizeof x);
    half[0] = _mm_sqrt_ps(half[0]);
    half[1] = _mm_sqrt_ps(half[1]);
    std::memcpy(&x, half, sizeof x);
    return x;
#elif defined(__aarch64__)
    float32x4_t half[2];
    std::memcpy(half, &x, sizeof x);
    half[0] = vsqrtq_f32(half[0]);
    half[1] = vsqrtq_f32(half[1]);
    std::memcpy(&x, half, sizeof x);
    return x;
#else
    for (int i = 0; i < kLanes; ++i) x[i] = __builtin_sqrtf(x[i]);
    return x;
#endif
}

REELSCAPE_INLINE bool any(i8 mask) {
#if defined(__AVX__)
    return _mm256_movemask_ps((__m256)mask) != 0;
#else
    std::int64_t words[4];
    std::memcpy(words, &mask, sizeof mask);
    return (words[0] | words[1] | words[2] | words[3]) != 0;
#endif
}

REELSCAPE_INLINE float sum(f8 x) {
    return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

// Lane i of the result is the sum of the lanes of v[i].
REELSCAPE_INLINE f8 sums_of(const f8 v[8]) {
    f8 pair[4], quad[2];
    for (int i = 0; i < 4; ++i) {
        const f8 a = v[2 * i], b = v[2 * i + 1];
        pair[i] = __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14) +
                  __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < 2; ++i) {
        const f8 a = pair[2 * i], b = pair[2 * i + 1];
        quad[i] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13) +
                  __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    }
    return __builtin_shufflevector(quad[0], quad[1], 0, 1, 2, 3, 8, 9, 10, 11) +
           __builtin_shufflevector(quad[0], quad[1], 4, 5, 6, 7, 12, 13, 14, 15);
}

// 2^x for |x| < 126, relative error 2.6e-6: x is split as n + f, |f| <= 1/2, by adding 1.5 * 2^23, whose low bits then
// hold n (a compiler allowed to re-associate would fold that away); 2^f is a minimax polynomial.
REELSCAPE_INLINE f8 exp2_fast(f8 x) {
    const f8 shifted = x + 12582912.0f;
    const f8 f = x - (shifted - 12582912.0f);
    f8 p = f * 9.570101911e-03f + 5.591786032e-02f;
    p = p * f + 2.402474483e-01f;
    p = p * f + 6.931218147e-01f;
    p = p * f + 9.999992614e-01f;
    return (f8)((u8)p + ((u8)shifted << 23));
}

// e^x, relative error about 1e-7 * max(1, |x|), held within 2^-60..2^60 so that squares and sums stay finite.
REELSCAPE_INLINE f8 exp(f8 x) {
    const f8 y = clamp(x * 1.44269504f, -60.0f, 60.0f);
    const f8 shifted = y + 12582912.0f;
    const f8 f = y - (shifted - 12582912.0f);
    f8 p = f * 1.534732010e-04f + 1.340015445e-03f;
    p = p * f + 9.618484243e-03f;
    p = p * f + 5.550328082e-02f;
    p = p * f + 2.402264692e-01f;
    p = p * f + 6.931472062e-01f;
    p = p * f + 1.000000001e+00f;
    return (f8)((u8)p + ((u8)shifted << 23));
}

// log2(x) of normal positive x: exponent plus atanh series of the mantissa in [sqrt(1/2), sqrt(2)).
REELSCAPE_INLINE f8 log2(f8 x) {
    const i8 exponent = ((i8)x - 0x3f3504f3) >> 23;
    const f8 m = (f8)((i8)x - (i8)((u8)exponent << 23));
    const f8 t = (m - 1.0f) / (m + 1.0f), t2 = t * t;
    f8 p = t2 * 0.320598898f + 0.412198583f;
    p = p * t2 + 0.577078016f;
    p = p * t2 + 0.961796694f;
    p = p * t2 + 2.885390082f;
    return p * t + to_float(exponent);
}

REELSCAPE_INLINE f8 sigmoid(f8 x) { return 1.0f / (1.0f + exp(-x)); }

// Vectors of plain values that start on a cache line.
template <class T> struct CacheAligned {
    using value_type = T;
    CacheAligned() = default;
    template <class U> CacheAligned(const CacheAligned<U> &) {}
    T *allocate(std::size_t count) {
        return static_cast<T *>(::operator new(count * sizeof(T), std::align_val_t(64)));
    }
    void deallocate(T *p, std::size_t) { ::operator delete(p, std::align_val_t(64)); }
    template <class U> bool operator==(const CacheAligned<U> &) const { return true; }
    template <class U> bool operator!=(const CacheAligned<U> &) const { return false; }
};
template <class T> using AlignedVector = std::vector<T, CacheAligned<T>>;
using Floats = AlignedVector<float>;

} // namespace reelscape

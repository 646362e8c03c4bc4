/*
 * BGRA to I420 in BT.709, limited range.
 *
 * Y is a sum of 7-bit products, U and V of 8-bit ones, so that a pixel fits the 16-bit lanes of pmaddubsw. The rows
 * for U and V add up to zero, so grey stays grey. The result is within 2 levels of the exact formula (see the test).
 *
 *   Y = 16 + (23 R + 79 G + 8 B) / 128           U = 128 + (-26 R - 86 G + 112 B) / 256
 *   of the mean of 2 x 2 pixels                  V = 128 + (112 R - 102 G - 10 B) / 256
 */
#include "bt709.h"

static uint8_t luma(const uint8_t *p) { return (uint8_t)(((8 * p[0] + 79 * p[1] + 23 * p[2] + 64) >> 7) + 16); }

/* Converts the columns from x on of two lines. */
static void rows_c(const uint8_t *a, const uint8_t *b, uint8_t *ya, uint8_t *yb, uint8_t *u, uint8_t *v, int x, int width) {
	for (; x < width; x += 2) {
		const uint8_t *p = a + 4 * x, *q = b + 4 * x;
		ya[x] = luma(p);
		ya[x + 1] = luma(p + 4);
		yb[x] = luma(q);
		yb[x + 1] = luma(q + 4);
		int mean[3];
		for (int c = 0; c < 3; c++)
			mean[c] = (p[c] + p[c + 4] + q[c] + q[c + 4] + 2) >> 2;
		u[x / 2] = (uint8_t)((112 * mean[0] - 86 * mean[1] - 26 * mean[2] + 0x8080) >> 8);
		v[x / 2] = (uint8_t)((-10 * mean[0] - 102 * mean[1] + 112 * mean[2] + 0x8080) >> 8);
	}
}

typedef int (*rows_func)(const uint8_t *a, const uint8_t *b, uint8_t *ya, uint8_t *yb, uint8_t *u, uint8_t *v, int width);

static int rows_none(const uint8_t *a, const uint8_t *b, uint8_t *ya, uint8_t *yb, uint8_t *u, uint8_t *v, int width) {
	(void)a, (void)b, (void)ya, (void)yb, (void)u, (void)v, (void)width;
	return 0;
}

#if defined(__x86_64__)
#include <immintrin.h>

/* 32 pixels of four registers to 32 luma bytes. */
__attribute__((target("avx2"))) static inline __m256i luma_avx2(const __m256i p[4]) {
	const __m256i coef = _mm256_set1_epi32(0x00174f08); /* bytes 8, 79, 23, 0 */
	const __m256i half = _mm256_set1_epi16(64);
	__m256i s0 = _mm256_hadd_epi16(_mm256_maddubs_epi16(p[0], coef), _mm256_maddubs_epi16(p[1], coef));
	__m256i s1 = _mm256_hadd_epi16(_mm256_maddubs_epi16(p[2], coef), _mm256_maddubs_epi16(p[3], coef));
	s0 = _mm256_srli_epi16(_mm256_add_epi16(s0, half), 7);
	s1 = _mm256_srli_epi16(_mm256_add_epi16(s1, half), 7);
	/* The horizontal sums work within 128-bit halves: put the dwords back in order. */
	__m256i y = _mm256_permutevar8x32_epi32(_mm256_packus_epi16(s0, s1), _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
	return _mm256_add_epi8(y, _mm256_set1_epi8(16));
}

/* Two registers of 8 pixels each, lines already averaged, to 8 means of two neighbours. */
__attribute__((target("avx2"))) static inline __m256i halve_avx2(__m256i a, __m256i b) {
	__m256 fa = _mm256_castsi256_ps(a), fb = _mm256_castsi256_ps(b);
	return _mm256_avg_epu8(_mm256_castps_si256(_mm256_shuffle_ps(fa, fb, 0x88)),
	                       _mm256_castps_si256(_mm256_shuffle_ps(fa, fb, 0xdd)));
}

__attribute__((target("avx2"))) static int rows_avx2(const uint8_t *a, const uint8_t *b, uint8_t *ya, uint8_t *yb,
                                                     uint8_t *u, uint8_t *v, int width) {
	const __m256i coef_u = _mm256_set1_epi32(0x00e6aa70);       /* bytes 112, -86, -26, 0 */
	const __m256i coef_v = _mm256_set1_epi32(0x00709af6);       /* bytes -10, -102, 112, 0 */
	const __m256i bias = _mm256_set1_epi16((short)0x8080);
	int x = 0;
	for (; x + 32 <= width; x += 32) {
		__m256i p[4], q[4];
		for (int i = 0; i < 4; i++) {
			p[i] = _mm256_loadu_si256((const __m256i *)(a + 4 * x) + i);
			q[i] = _mm256_loadu_si256((const __m256i *)(b + 4 * x) + i);
		}
		_mm256_storeu_si256((__m256i *)(ya + x), luma_avx2(p));
		_mm256_storeu_si256((__m256i *)(yb + x), luma_avx2(q));
		for (int i = 0; i < 4; i++)
			p[i] = _mm256_avg_epu8(p[i], q[i]);
		__m256i m0 = halve_avx2(p[0], p[1]), m1 = halve_avx2(p[2], p[3]);
		__m256i su = _mm256_hadd_epi16(_mm256_maddubs_epi16(m0, coef_u), _mm256_maddubs_epi16(m1, coef_u));
		__m256i sv = _mm256_hadd_epi16(_mm256_maddubs_epi16(m0, coef_v), _mm256_maddubs_epi16(m1, coef_v));
		su = _mm256_srli_epi16(_mm256_add_epi16(su, bias), 8);
		sv = _mm256_srli_epi16(_mm256_add_epi16(sv, bias), 8);
		__m256i uv = _mm256_packus_epi16(su, sv);
		__m128i lo = _mm256_castsi256_si128(uv), hi = _mm256_extracti128_si256(uv, 1);
		_mm_storeu_si128((__m128i *)(u + x / 2), _mm_unpacklo_epi16(lo, hi));
		_mm_storeu_si128((__m128i *)(v + x / 2), _mm_unpackhi_epi16(lo, hi));
	}
	return x;
}

static rows_func best_rows(void) { return __builtin_cpu_supports("avx2") ? rows_avx2 : rows_none; }

#elif defined(__aarch64__)
#include <arm_neon.h>

static inline uint8x8_t luma_neon(uint8x8_t b, uint8x8_t g, uint8x8_t r) {
	uint16x8_t sum = vmull_u8(b, vdup_n_u8(8));
	sum = vmlal_u8(sum, g, vdup_n_u8(79));
	sum = vmlal_u8(sum, r, vdup_n_u8(23));
	return vadd_u8(vrshrn_n_u16(sum, 7), vdup_n_u8(16));
}

static inline uint8x8_t chroma_neon(int16x8_t b, int16x8_t g, int16x8_t r, int cb, int cg, int cr) {
	int16x8_t sum = vmulq_n_s16(b, (int16_t)cb);
	sum = vmlaq_n_s16(sum, g, (int16_t)cg);
	sum = vmlaq_n_s16(sum, r, (int16_t)cr);
	return vshrn_n_u16(vaddq_u16(vreinterpretq_u16_s16(sum), vdupq_n_u16(0x8080)), 8);
}

static int rows_neon(const uint8_t *a, const uint8_t *b, uint8_t *ya, uint8_t *yb, uint8_t *u, uint8_t *v, int width) {
	int x = 0;
	for (; x + 16 <= width; x += 16) {
		uint8x16x4_t p = vld4q_u8(a + 4 * x), q = vld4q_u8(b + 4 * x);
		vst1q_u8(ya + x, vcombine_u8(luma_neon(vget_low_u8(p.val[0]), vget_low_u8(p.val[1]), vget_low_u8(p.val[2])),
		                             luma_neon(vget_high_u8(p.val[0]), vget_high_u8(p.val[1]), vget_high_u8(p.val[2]))));
		vst1q_u8(yb + x, vcombine_u8(luma_neon(vget_low_u8(q.val[0]), vget_low_u8(q.val[1]), vget_low_u8(q.val[2])),
		                             luma_neon(vget_high_u8(q.val[0]), vget_high_u8(q.val[1]), vget_high_u8(q.val[2]))));
		int16x8_t mean[3];
		for (int c = 0; c < 3; c++)
			mean[c] = vreinterpretq_s16_u16(vrshrq_n_u16(vpadalq_u8(vpaddlq_u8(p.val[c]), q.val[c]), 2));
		vst1_u8(u + x / 2, chroma_neon(mean[0], mean[1], mean[2], 112, -86, -26));
		vst1_u8(v + x / 2, chroma_neon(mean[0], mean[1], mean[2], -10, -102, 112));
	}
	return x;
}

static rows_func best_rows(void) { return rows_neon; }

#else
static rows_func best_rows(void) { return rows_none; }
#endif

static void convert(rows_func rows, const uint8_t *src, int src_stride, uint8_t *y, int y_stride, uint8_t *u, int u_stride,
                    uint8_t *v, int v_stride, int width, int height) {
	for (int line = 0; line + 1 < height; line += 2) {
		const uint8_t *a = src + (int64_t)line * src_stride, *b = a + src_stride;
		uint8_t *ya = y + (int64_t)line * y_stride, *yb = ya + y_stride;
		uint8_t *pu = u + (int64_t)line / 2 * u_stride, *pv = v + (int64_t)line / 2 * v_stride;
		rows_c(a, b, ya, yb, pu, pv, rows(a, b, ya, yb, pu, pv, width), width);
	}
}

void golive_bgra_to_i420(const uint8_t *src, int src_stride, uint8_t *y, int y_stride, uint8_t *u, int u_stride,
                         uint8_t *v, int v_stride, int width, int height) {
	convert(best_rows(), src, src_stride, y, y_stride, u, u_stride, v, v_stride, width, height);
}

void golive_bgra_to_i420_c(const uint8_t *src, int src_stride, uint8_t *y, int y_stride, uint8_t *u, int u_stride,
                           uint8_t *v, int v_stride, int width, int height) {
	convert(rows_none, src, src_stride, y, y_stride, u, u_stride, v, v_stride, width, height);
}

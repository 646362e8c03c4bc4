#include <stdint.h>

/*
 * golive_bgra_to_i420 converts BGRA (B, G, R, A bytes; A is ignored) to I420, BT.709, limited range.
 * width and height are even. Strides are in bytes.
 */
void golive_bgra_to_i420(const uint8_t *src, int src_stride, uint8_t *y, int y_stride, uint8_t *u, int u_stride,
                         uint8_t *v, int v_stride, int width, int height);

/* golive_bgra_to_i420_c is the same without vector instructions: what the others are tested against. */
void golive_bgra_to_i420_c(const uint8_t *src, int src_stride, uint8_t *y, int y_stride, uint8_t *u, int u_stride,
                           uint8_t *v, int v_stride, int width, int height);

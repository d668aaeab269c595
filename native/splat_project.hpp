// Eight gaussians seen by a camera: the forward projection that both directions share.
#pragma once
#include "splat.hpp"

namespace reelscape::splat {

constexpr float kMinExponent = -7.99435344f; // log2(1/255)

// Of one block, with everything that the backward pass needs. Formulas: EWA splatting (Zwicker et al. 2001) as in gsplat's
// "antialiased" mode, the 2D filter of Mip-Splatting (Yu et al. 2024); the Jacobian's x/z and y/z are limited to 1.3 times
// the field of view as in the 3DGS paper's code.
struct BlockView {
    f8 p[3];                 // mean in the camera frame
    f8 inverse_z, xz, yz;    // 1/z, x/z, y/z
    f8 u, v;                 // x/z and y/z, limited
    i8 u_free, v_free;       // where the limit does not act
    f8 q[4], inverse_norm;   // unit quaternion wxyz
    f8 Q[3][3];              // its rotation
    f8 s[3];                 // standard deviations
    f8 W[2][3];              // Jacobian times camera rotation
    f8 M[2][3], U[2][3];     // W Q, and that times diag(s): cov2d = U U^T + dilation
    f8 area[3], area2;       // U[0] x U[1] and its square, the determinant without dilation
    f8 cov_a, cov_b, cov_c, det;
    f8 cx, cy;
    f8 opacity, clearness;   // clearness = 1 - opacity, without cancellation
    f8 peak;                 // log2 of the opacity on screen: weakened as the dilation spreads it
    f8 direction[3], inverse_distance;
    i8 usable;               // finite, opaque enough, before the near plane
};

REELSCAPE_INLINE i8 is_moderate(f8 x, float limit) { return abs(x) < limit; } // false for NaN

REELSCAPE_INLINE void rotation_of(const f8 q[4], f8 Q[3][3]) {
    const f8 w = q[0], x = q[1], y = q[2], z = q[3];
    Q[0][0] = 1.0f - 2.0f * (y * y + z * z);
    Q[0][1] = 2.0f * (x * y - w * z);
    Q[0][2] = 2.0f * (x * z + w * y);
    Q[1][0] = 2.0f * (x * y + w * z);
    Q[1][1] = 1.0f - 2.0f * (x * x + z * z);
    Q[1][2] = 2.0f * (y * z - w * x);
    Q[2][0] = 2.0f * (x * z - w * y);
    Q[2][1] = 2.0f * (y * z + w * x);
    Q[2][2] = 1.0f - 2.0f * (x * x + y * y);
}

REELSCAPE_INLINE void load_shape(const float *block, BlockView &g) {
    f8 norm2 = broadcast(0);
    for (int i = 0; i < 4; ++i) {
        g.q[i] = load(block + (kQuat + i) * kLanes);
        norm2 += g.q[i] * g.q[i];
    }
    g.usable = (norm2 > 1e-30f) & (norm2 < 1e30f);
    g.inverse_norm = 1.0f / sqrt(select(g.usable, norm2, broadcast(1)));
    for (f8 &component : g.q) component *= g.inverse_norm;
    rotation_of(g.q, g.Q);
    for (int i = 0; i < 3; ++i) {
        const f8 log_scale = load(block + (kScale + i) * kLanes);
        g.usable &= is_moderate(log_scale, 1e30f);
        g.s[i] = exp(log_scale);
    }
    const f8 logit = load(block + kOpacity * kLanes);
    const f8 odds_against = exp(-logit);
    g.opacity = 1.0f / (1.0f + odds_against);
    g.clearness = odds_against * g.opacity;
    g.peak = log2(g.opacity);
    g.usable &= is_moderate(logit, 1e30f);
}

REELSCAPE_INLINE void view_mean(const float *block, const Camera &camera, BlockView &g) {
    const f8 mean[3] = {load(block), load(block + kLanes), load(block + 2 * kLanes)};
    f8 distance2 = broadcast(0);
    for (int i = 0; i < 3; ++i) {
        g.p[i] = camera.R[i][0] * mean[0] + camera.R[i][1] * mean[1] + camera.R[i][2] * mean[2] + camera.t[i];
        g.direction[i] = mean[i] - camera.centre[i];
        distance2 += g.direction[i] * g.direction[i];
    }
    g.usable &= (g.p[2] > kNear) & (distance2 < 1e30f) & (distance2 > 1e-30f);
    g.inverse_distance = 1.0f / sqrt(select(g.usable, distance2, broadcast(1)));
    for (f8 &component : g.direction) component *= g.inverse_distance;
    g.inverse_z = 1.0f / select(g.usable, g.p[2], broadcast(1));
    g.xz = g.p[0] * g.inverse_z;
    g.yz = g.p[1] * g.inverse_z;
    g.u_free = (g.xz > camera.x_low) & (g.xz < camera.x_high);
    g.v_free = (g.yz > camera.y_low) & (g.yz < camera.y_high);
    g.u = clamp(g.xz, camera.x_low, camera.x_high);
    g.v = clamp(g.yz, camera.y_low, camera.y_high);
    g.cx = camera.fx * g.xz + camera.cx;
    g.cy = camera.fy * g.yz + camera.cy;
    g.usable &= is_moderate(g.cx, 1e8f) & is_moderate(g.cy, 1e8f);
}

REELSCAPE_INLINE void cross(const f8 a[3], const f8 b[3], f8 out[3]) {
    out[0] = a[1] * b[2] - a[2] * b[1];
    out[1] = a[2] * b[0] - a[0] * b[2];
    out[2] = a[0] * b[1] - a[1] * b[0];
}

REELSCAPE_INLINE void project_covariance(const Camera &camera, BlockView &g) {
    for (int j = 0; j < 3; ++j) {
        g.W[0][j] = camera.fx * g.inverse_z * (camera.R[0][j] - g.u * camera.R[2][j]);
        g.W[1][j] = camera.fy * g.inverse_z * (camera.R[1][j] - g.v * camera.R[2][j]);
    }
    for (int i = 0; i < 2; ++i)
        for (int k = 0; k < 3; ++k) {
            g.M[i][k] = g.W[i][0] * g.Q[0][k] + g.W[i][1] * g.Q[1][k] + g.W[i][2] * g.Q[2][k];
            g.U[i][k] = g.M[i][k] * g.s[k];
        }
    const f8 *r0 = g.U[0], *r1 = g.U[1];
    const f8 a = r0[0] * r0[0] + r0[1] * r0[1] + r0[2] * r0[2];
    const f8 c = r1[0] * r1[0] + r1[1] * r1[1] + r1[2] * r1[2];
    g.cov_b = r0[0] * r1[0] + r0[1] * r1[1] + r0[2] * r1[2];
    g.cov_a = a + kDilation;
    g.cov_c = c + kDilation;
    // |r0 x r1|^2 instead of a c - b^2, which cancels for long thin gaussians.
    cross(r0, r1, g.area);
    g.area2 = g.area[0] * g.area[0] + g.area[1] * g.area[1] + g.area[2] * g.area[2];
    g.det = g.area2 + kDilation * (a + c) + kDilation * kDilation;
    g.usable &= (g.cov_a < 1e14f) & (g.cov_c < 1e14f) & (g.det > 0.0f);
    g.peak += 0.5f * log2(max(g.area2 / g.det, broadcast(1e-20f)));
    g.usable &= g.peak > kMinExponent;
}

REELSCAPE_INLINE BlockView view_block(const float *block, const Camera &camera) {
    BlockView g;
    load_shape(block, g);
    g.usable &= g.peak > kMinExponent;
    view_mean(block, camera, g);
    project_covariance(camera, g);
    return g;
}

// Real spherical harmonics in the unit direction d, in the order and signs of the 3DGS paper's code.
REELSCAPE_INLINE void sh_basis(const f8 d[3], int degree, f8 Y[16]) {
    const f8 x = d[0], y = d[1], z = d[2];
    Y[0] = broadcast(0.28209479177387814f);
    if (degree < 1) return;
    Y[1] = -0.4886025119029199f * y;
    Y[2] = 0.4886025119029199f * z;
    Y[3] = -0.4886025119029199f * x;
    if (degree < 2) return;
    const f8 xx_yy = x * x - y * y, zz = z * z;
    Y[4] = 1.0925484305920792f * x * y;
    Y[5] = -1.0925484305920792f * y * z;
    Y[6] = 0.9461746957575601f * zz - 0.3153915652525201f;
    Y[7] = -1.0925484305920792f * x * z;
    Y[8] = 0.5462742152960396f * xx_yy;
    if (degree < 3) return;
    Y[9] = -0.5900435899266435f * y * (3.0f * x * x - y * y);
    Y[10] = 2.890611442640554f * x * y * z;
    Y[11] = -0.4570457994644658f * y * (5.0f * zz - 1.0f);
    Y[12] = 0.3731763325901154f * z * (5.0f * zz - 3.0f);
    Y[13] = -0.4570457994644658f * x * (5.0f * zz - 1.0f);
    Y[14] = 1.445305721320277f * z * xx_yy;
    Y[15] = -0.5900435899266435f * x * (x * x - 3.0f * y * y);
}

// Gradient of sum_k w[k] Y[k] with respect to d.
REELSCAPE_INLINE void sh_gradient(const f8 d[3], int degree, const f8 w[16], f8 out[3]) {
    const f8 x = d[0], y = d[1], z = d[2];
    out[0] = out[1] = out[2] = broadcast(0);
    if (degree < 1) return;
    out[0] = -0.4886025119029199f * w[3];
    out[1] = -0.4886025119029199f * w[1];
    out[2] = 0.4886025119029199f * w[2];
    if (degree < 2) return;
    out[0] += 1.0925484305920792f * (y * w[4] - z * w[7] + x * w[8]);
    out[1] += 1.0925484305920792f * (x * w[4] - z * w[5] - y * w[8]);
    out[2] += 1.0925484305920792f * (-y * w[5] - x * w[7]) + 1.8923493915151202f * z * w[6];
    if (degree < 3) return;
    const f8 xx_yy = x * x - y * y, xy = x * y, zz5 = 5.0f * z * z - 1.0f;
    const f8 w9 = -0.5900435899266435f * w[9], w10 = 2.890611442640554f * w[10], w11 = -0.4570457994644658f * w[11];
    const f8 w13 = -0.4570457994644658f * w[13], w14 = 1.445305721320277f * w[14], w15 = -0.5900435899266435f * w[15];
    out[0] += 6.0f * xy * w9 + y * z * w10 + zz5 * w13 + 2.0f * x * z * w14 + 3.0f * xx_yy * w15;
    out[1] += 3.0f * xx_yy * w9 + x * z * w10 + zz5 * w11 - 2.0f * y * z * w14 - 6.0f * xy * w15;
    out[2] += xy * w10 + 10.0f * z * (y * w11 + x * w13) + 0.3731763325901154f * (3.0f * zz5) * w[12] + xx_yy * w14;
}

constexpr int num_bases(int degree) { return (degree + 1) * (degree + 1); }

// Colour before its clamp at zero.
REELSCAPE_INLINE void colour_of(const float *block, const f8 *Y, int degree, f8 rgb[3]) {
    for (int c = 0; c < 3; ++c) rgb[c] = broadcast(0.5f);
    for (int k = 0; k < num_bases(degree); ++k)
        for (int c = 0; c < 3; ++c) rgb[c] += Y[k] * load(block + (kSh + 3 * k + c) * kLanes);
}

} // namespace reelscape::splat

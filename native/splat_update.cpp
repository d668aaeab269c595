// From the moments of the tiles back to the parameters, then Adam and MCMC noise, block by block.
#include "splat_project.hpp"

#include <algorithm>
#include <cmath>

namespace reelscape::splat {
namespace {

constexpr float kEpsilon = 1e-15f;

// Sums of the moments of each lane's pairs, as vectors.
struct BlockMoments {
    alignas(32) float sums[kMoments][kLanes] = {};
    f8 operator[](int moment) const { return load(sums[moment]); }
};

BlockMoments gather(const Projection &projection, const float *moments, int block) {
    BlockMoments out;
    for (int lane = 0; lane < kLanes; ++lane) {
        const std::uint32_t id = block * kLanes + lane, count = projection.pairs[id].count;
        if (!count) continue;
        const float *first = moments + std::size_t(projection.first_pair(id)) * kMoments;
        f8 total = load(first);
        float blue = first[kBlue];
        for (std::uint32_t k = 1; k < count; ++k) {
            total += load(first + k * kMoments);
            blue += first[k * kMoments + kBlue];
        }
        for (int m = 0; m < kLanes; ++m) out.sums[m][lane] = total[m];
        out.sums[kBlue][lane] = blue;
    }
    return out;
}

// Gradient of one block's parameters; the spherical harmonics' are basis times rgb.
struct BlockGradient {
    f8 mean[3], quat[4], scale[3], opacity, rgb[3], Y[16];
};

// Gradients of the 2D centre and covariance (a, b, c) from the moments. ln alpha is, besides the opacity,
// ln sqrt(area2 / det) - 1/2 A d^2 - 1/2 k dy^2 with d = dx - slope dy, A = c / det, slope = b / c, k = 1 / c.
struct ScreenGradient {
    f8 cx, cy, a, b, c;
    f8 log_area; // by ln sqrt(area2), over area2
};

REELSCAPE_INLINE ScreenGradient screen_gradient(const BlockView &g, const BlockMoments &m) {
    const f8 k = 1.0f / g.cov_c, A = g.cov_c / g.det, slope = g.cov_b * k;
    const f8 by_A = -0.5f * m[kVdd], by_slope = A * m[kVddy], by_k = -0.5f * m[kVdydy];
    const f8 AA = A * A * by_A; // d(1/A) = da - 2 slope db + slope^2 dc
    ScreenGradient out;
    out.cx = A * m[kVd];
    out.cy = k * m[kVdy] - slope * out.cx;
    out.a = -AA;
    out.b = 2.0f * slope * AA + k * by_slope;
    out.c = -slope * slope * AA - slope * k * by_slope - k * k * by_k;
    out.log_area = m[kV] / g.area2;
    const f8 by_det = -0.5f * m[kV] / g.det;
    out.a += by_det * g.cov_c;
    out.b -= 2.0f * by_det * g.cov_b;
    out.c += by_det * g.cov_a;
    return out;
}

// Gradient of the rotation matrix to the quaternion, through its normalisation.
REELSCAPE_INLINE void quat_gradient(const BlockView &g, const f8 G[3][3], f8 out[4]) {
    const f8 w = g.q[0], x = g.q[1], y = g.q[2], z = g.q[3];
    const f8 d[4] = {
        2.0f * (x * (G[2][1] - G[1][2]) + y * (G[0][2] - G[2][0]) + z * (G[1][0] - G[0][1])),
        2.0f * (w * (G[2][1] - G[1][2]) + y * (G[0][1] + G[1][0]) + z * (G[0][2] + G[2][0]) - 2.0f * x * (G[1][1] + G[2][2])),
        2.0f * (w * (G[0][2] - G[2][0]) + x * (G[0][1] + G[1][0]) + z * (G[1][2] + G[2][1]) - 2.0f * y * (G[0][0] + G[2][2])),
        2.0f * (w * (G[1][0] - G[0][1]) + x * (G[0][2] + G[2][0]) + y * (G[1][2] + G[2][1]) - 2.0f * z * (G[0][0] + G[1][1])),
    };
    const f8 along = w * d[0] + x * d[1] + y * d[2] + z * d[3];
    for (int i = 0; i < 4; ++i) out[i] = (d[i] - along * g.q[i]) * g.inverse_norm;
}

REELSCAPE_INLINE void geometry_gradient(const BlockView &g, const Camera &camera, const ScreenGradient &s, BlockGradient &out) {
    f8 by_U[2][3], by_M[2][3], by_W[2][3], by_Q[3][3], area_by_U[2][3];
    cross(g.U[1], g.area, area_by_U[0]); // half the gradient of |U0 x U1|^2
    cross(g.area, g.U[0], area_by_U[1]);
    for (int k = 0; k < 3; ++k) {
        by_U[0][k] = 2.0f * s.a * g.U[0][k] + s.b * g.U[1][k] + s.log_area * area_by_U[0][k];
        by_U[1][k] = 2.0f * s.c * g.U[1][k] + s.b * g.U[0][k] + s.log_area * area_by_U[1][k];
        out.scale[k] = by_U[0][k] * g.U[0][k] + by_U[1][k] * g.U[1][k];
        by_M[0][k] = by_U[0][k] * g.s[k];
        by_M[1][k] = by_U[1][k] * g.s[k];
    }
    for (int j = 0; j < 3; ++j) {
        for (int i = 0; i < 2; ++i)
            by_W[i][j] = by_M[i][0] * g.Q[j][0] + by_M[i][1] * g.Q[j][1] + by_M[i][2] * g.Q[j][2];
        for (int k = 0; k < 3; ++k) by_Q[j][k] = g.W[0][j] * by_M[0][k] + g.W[1][j] * by_M[1][k];
    }
    quat_gradient(g, by_Q, out.quat);

    // W[0] = fx/z (R0 - u R2), W[1] = fy/z (R1 - v R2).
    f8 by_u = broadcast(0), by_v = broadcast(0), by_inverse_z = broadcast(0);
    const f8 fx_z = camera.fx * g.inverse_z, fy_z = camera.fy * g.inverse_z;
    for (int j = 0; j < 3; ++j) {
        by_u -= by_W[0][j] * fx_z * camera.R[2][j];
        by_v -= by_W[1][j] * fy_z * camera.R[2][j];
        by_inverse_z += by_W[0][j] * camera.fx * (camera.R[0][j] - g.u * camera.R[2][j]) +
                        by_W[1][j] * camera.fy * (camera.R[1][j] - g.v * camera.R[2][j]);
    }
    const f8 by_xz = camera.fx * s.cx + select(g.u_free, by_u, broadcast(0));
    const f8 by_yz = camera.fy * s.cy + select(g.v_free, by_v, broadcast(0));
    const f8 by_p[3] = {by_xz * g.inverse_z, by_yz * g.inverse_z,
                        -g.inverse_z * (by_xz * g.xz + by_yz * g.yz + by_inverse_z * g.inverse_z)};
    for (int j = 0; j < 3; ++j)
        out.mean[j] = camera.R[0][j] * by_p[0] + camera.R[1][j] * by_p[1] + camera.R[2][j] * by_p[2];
}

// Colours, and what they add to the mean through the viewing direction.
REELSCAPE_INLINE void colour_gradient(const float *block, const BlockView &g, int degree, const BlockMoments &m,
                                      BlockGradient &out) {
    f8 rgb[3], weights[16], by_direction[3];
    sh_basis(g.direction, degree, out.Y);
    colour_of(block, out.Y, degree, rgb);
    for (int c = 0; c < 3; ++c) out.rgb[c] = select(rgb[c] > 0.0f, m[kRed + c], broadcast(0));
    if (degree == 0) return;
    for (int k = 1; k < num_bases(degree); ++k) {
        const float *sh = block + (kSh + 3 * k) * kLanes;
        weights[k] = load(sh) * out.rgb[0] + load(sh + kLanes) * out.rgb[1] + load(sh + 2 * kLanes) * out.rgb[2];
    }
    sh_gradient(g.direction, degree, weights, by_direction);
    const f8 *d = g.direction;
    const f8 along = by_direction[0] * d[0] + by_direction[1] * d[1] + by_direction[2] * d[2];
    for (int i = 0; i < 3; ++i) out.mean[i] += (by_direction[i] - along * d[i]) * g.inverse_distance;
}

// What the MCMC regularisers add per gaussian: opacity_reg mean(opacity) + scale_reg mean(scale).
struct Regularisers {
    float opacity, scale;
    Regularisers(const Step &step, int count) : opacity(step.opacity_reg / count), scale(step.scale_reg / (3.0f * count)) {}
    REELSCAPE_INLINE void add(const BlockView &g, BlockGradient &out) const {
        out.opacity += opacity * g.opacity * g.clearness;
        for (int i = 0; i < 3; ++i) out.scale[i] += scale * g.s[i];
    }
};

REELSCAPE_INLINE BlockGradient block_gradient(const float *block, const BlockView &g, const Camera &camera, int degree,
                                              const BlockMoments &m) {
    BlockGradient out;
    geometry_gradient(g, camera, screen_gradient(g, m), out);
    colour_gradient(block, g, degree, m, out);
    out.opacity = m[kV] * g.clearness;
    return out;
}

i8 visible_lanes(const Projection &projection, int block) {
    i8 visible;
    for (int lane = 0; lane < kLanes; ++lane) visible[lane] = projection.pairs[block * kLanes + lane].count ? -1 : 0;
    return visible;
}

// Adam (Kingma and Ba 2015) on one row of a block, in the visible lanes only.
class Adam {
public:
    Adam(const Step &step)
        : beta1_(step.beta1), beta2_(step.beta2),
          inverse_root_(float(1.0 / std::sqrt(1.0 - std::pow(double(step.beta2), step.step)))),
          rate_factor_(float(1.0 / (1.0 - std::pow(double(step.beta1), step.step)))) {}
    REELSCAPE_INLINE void apply(float *value, float *first, float *second, float rate, f8 gradient, i8 visible) const {
        const f8 m0 = load(first), v0 = load(second);
        const f8 m = m0 * beta1_ + gradient * (1.0f - beta1_), v = v0 * beta2_ + gradient * gradient * (1.0f - beta2_);
        const f8 change = rate * rate_factor_ * m / (sqrt(v) * inverse_root_ + kEpsilon);
        store(first, select(visible, m, m0));
        store(second, select(visible, v, v0));
        store(value, load(value) - select(visible, change, broadcast(0)));
    }

private:
    float beta1_, beta2_, inverse_root_, rate_factor_;
};

struct BlockState {
    float *values, *first, *second;
    BlockState(Parameters &p, int b)
        : values(p.values.data() + p.block(b)), first(p.first.data() + p.block(b)), second(p.second.data() + p.block(b)) {}
};

void adam_block(const BlockState &state, const BlockGradient &gradient, const Step &step, const Adam &adam, i8 visible) {
    const auto apply = [&](int row, float rate, f8 g) {
        const int at = row * kLanes;
        adam.apply(state.values + at, state.first + at, state.second + at, rate, g, visible);
    };
    for (int i = 0; i < 3; ++i) apply(kMean + i, step.lr_means, gradient.mean[i]);
    for (int i = 0; i < 4; ++i) apply(kQuat + i, step.lr_quats, gradient.quat[i]);
    for (int i = 0; i < 3; ++i) apply(kScale + i, step.lr_scales, gradient.scale[i]);
    apply(kOpacity, step.lr_opacities, gradient.opacity);
    for (int k = 0; k < num_bases(step.sh_degree); ++k)
        for (int c = 0; c < 3; ++c)
            apply(kSh + 3 * k + c, k ? step.lr_shN : step.lr_sh0, gradient.Y[k] * gradient.rgb[c]);
}

// A hash of four words (murmur3's finaliser after each), the same for any order of calls.
std::uint32_t hash(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    std::uint32_t h = 0x9e3779b9u;
    for (const std::uint32_t word : {a, b, c, d}) {
        h ^= word + 0x9e3779b9u + (h << 6) + (h >> 2);
        h = (h ^ (h >> 16)) * 0x85ebca6bu;
        h = (h ^ (h >> 13)) * 0xc2b2ae35u;
        h ^= h >> 16;
    }
    return h;
}

// Nearly normal, mean 0 and variance 1: the sum of eight uniform bytes.
float bell(const Step &step, std::uint32_t id, std::uint32_t axis) {
    int total = 0;
    for (std::uint32_t half = 0; half < 2; ++half) {
        const std::uint32_t word = hash(step.seed, std::uint32_t(step.step), id, 2 * axis + half);
        for (int byte = 0; byte < 4; ++byte) total += int((word >> (8 * byte)) & 255);
    }
    return (float(total) - 1020.0f) * 0.00478402f; // variance of the sum: 8 (256^2 - 1) / 12
}

// Position noise of 3DGS as Markov chain Monte Carlo (Kheradmand et al. 2024; gsplat's inject_noise_to_position): normal,
// shaped by the covariance, only on faint gaussians: gate = sigmoid(100 (1 - opacity - 0.995)).
void noise_block(float *block, int index, const Step &step) {
    BlockView g;
    load_shape(block, g);
    const f8 gate = sigmoid(100.0f * (g.clearness - 0.995f)) * (step.lr_means * step.noise_lr);
    const i8 moved = g.usable & (g.opacity < 0.3f); // beyond that the gate is below 1e-12
    if (!any(moved)) return;
    f8 normal[3], local[3];
    for (int i = 0; i < 3; ++i)
        for (int lane = 0; lane < kLanes; ++lane) normal[i][lane] = bell(step, std::uint32_t(index * kLanes + lane), i);
    for (int k = 0; k < 3; ++k)
        local[k] = g.s[k] * g.s[k] * (g.Q[0][k] * normal[0] + g.Q[1][k] * normal[1] + g.Q[2][k] * normal[2]);
    for (int i = 0; i < 3; ++i) {
        const f8 noise = gate * (g.Q[i][0] * local[0] + g.Q[i][1] * local[1] + g.Q[i][2] * local[2]);
        float *mean = block + (kMean + i) * kLanes;
        store(mean, load(mean) + select(moved, noise, broadcast(0)));
    }
}

template <class Body> void for_each_block(int blocks, ThreadPool &pool, const Body &body) {
    pool.for_each((blocks + kChunkBlocks - 1) / kChunkBlocks, [&](int chunk) {
        const int end = std::min(blocks, (chunk + 1) * kChunkBlocks);
        for (int b = chunk * kChunkBlocks; b < end; ++b) body(b);
    });
}

} // namespace

void update(Parameters &parameters, const Camera &camera, const Step &step, const Projection &projection,
            const Floats &moments, ThreadPool &pool) {
    const Adam adam(step);
    const Regularisers regularisers(step, parameters.count);
    for_each_block(parameters.blocks, pool, [&](int b) {
        const BlockState state(parameters, b);
        const i8 visible = visible_lanes(projection, b);
        if (any(visible)) {
            const BlockView g = view_block(state.values, camera);
            const BlockMoments m = gather(projection, moments.data(), b);
            BlockGradient gradient = block_gradient(state.values, g, camera, step.sh_degree, m);
            regularisers.add(g, gradient);
            adam_block(state, gradient, step, adam, visible);
        }
        if (step.noise_lr > 0.0f) noise_block(state.values, b, step);
    });
}

void gradients(const Parameters &parameters, const Camera &camera, const Step &step, const Projection &projection,
               const Floats &moments, Floats &out, ThreadPool &pool) {
    const Regularisers regularisers(step, parameters.count);
    out.assign(parameters.values.size(), 0.0f);
    for_each_block(parameters.blocks, pool, [&](int b) {
        const float *block = parameters.values.data() + parameters.block(b);
        const BlockView g = view_block(block, camera);
        const BlockMoments m = gather(projection, moments.data(), b);
        BlockGradient gradient = block_gradient(block, g, camera, step.sh_degree, m);
        const i8 visible = visible_lanes(projection, b);
        const auto zero_unseen = [&](f8 &x) { x = select(visible, x, broadcast(0)); };
        for (f8 &x : gradient.mean) zero_unseen(x);
        for (f8 &x : gradient.quat) zero_unseen(x);
        for (f8 &x : gradient.scale) zero_unseen(x);
        for (f8 &x : gradient.rgb) zero_unseen(x);
        zero_unseen(gradient.opacity);
        regularisers.add(g, gradient);
        float *rows = out.data() + parameters.block(b);
        for (int i = 0; i < 3; ++i) store(rows + (kMean + i) * kLanes, gradient.mean[i]);
        for (int i = 0; i < 4; ++i) store(rows + (kQuat + i) * kLanes, gradient.quat[i]);
        for (int i = 0; i < 3; ++i) store(rows + (kScale + i) * kLanes, gradient.scale[i]);
        store(rows + kOpacity * kLanes, gradient.opacity);
        for (int k = 0; k < num_bases(step.sh_degree); ++k)
            for (int c = 0; c < 3; ++c) {
                const f8 sh = select(visible, gradient.Y[k] * gradient.rgb[c], broadcast(0));
                store(rows + (kSh + 3 * k + c) * kLanes, sh);
            }
    });
}

void add_noise(Parameters &parameters, const Step &step, ThreadPool &pool) {
    for_each_block(parameters.blocks, pool,
                   [&](int b) { noise_block(parameters.values.data() + parameters.block(b), b, step); });
}

} // namespace reelscape::splat

// The distance field: which blocks there are, and what the depth maps say of their samples.
#include "mesh.hpp"

#include <algorithm>
#include <cmath>

namespace reelscape::mesh {
namespace {

// The camera-frame position of a point of the world.
std::array<float, 3> in_camera(const View &view, const std::array<float, 3> &p) {
    std::array<float, 3> out;
    for (int i = 0; i < 3; ++i)
        out[i] = view.R[i][0] * p[0] + view.R[i][1] * p[1] + view.R[i][2] * p[2] + view.t[i];
    return out;
}

// The world position of the surface seen at a pixel.
std::array<float, 3> point_at(const View &view, int x, int y, float depth) {
    const float c[3] = {(float(x) + 0.5f - view.cx) / view.fx * depth - view.t[0],
                        (float(y) + 0.5f - view.cy) / view.fy * depth - view.t[1], depth - view.t[2]};
    std::array<float, 3> out;
    for (int i = 0; i < 3; ++i) out[i] = view.R[0][i] * c[0] + view.R[1][i] * c[1] + view.R[2][i] * c[2];
    return out;
}

// Whether a ball around a camera-frame point reaches into the picture.
bool is_in_view(const View &view, const std::array<float, 3> &p, float radius) {
    if (p[2] < -radius) return false;
    const float right = float(view.width) - view.cx, low = float(view.height) - view.cy;
    return view.fx * p[0] + view.cx * p[2] > -radius * std::hypot(view.fx, view.cx) &&
           view.fx * p[0] - right * p[2] < radius * std::hypot(view.fx, right) &&
           view.fy * p[1] + view.cy * p[2] > -radius * std::hypot(view.fy, view.cy) &&
           view.fy * p[1] - low * p[2] < radius * std::hypot(view.fy, low);
}

// Eight samples along x, from the camera-frame position of the first and the step to the next.
REELSCAPE_INLINE void integrate_row(const View &view, const float first[3], const float step[3], float truncation,
                                    float *sum, float *weight) {
    const f8 X = first[0] + step[0] * iota(), Y = first[1] + step[1] * iota(), Z = first[2] + step[2] * iota();
    const i8 ahead = Z > 1e-6f;
    const f8 inverse_z = 1.0f / select(ahead, Z, broadcast(1));
    const f8 u = view.fx * X * inverse_z + view.cx, v = view.fy * Y * inverse_z + view.cy;
    const i8 inside = ahead & (u >= 0.0f) & (u < float(view.width)) & (v >= 0.0f) & (v < float(view.height));
    if (!any(inside)) return;
    const i8 pixel = (to_int(select(inside, v, broadcast(0))) * view.width + to_int(select(inside, u, broadcast(0)))) & inside;
    f8 depth, w;
    for (int lane = 0; lane < kLanes; ++lane) {
        depth[lane] = view.depth[pixel[lane]];
        w[lane] = view.weight[pixel[lane]];
    }
    const f8 distance = (depth - Z) * (1.0f / truncation);
    const i8 known = inside & (depth > 0.0f) & (w > 0.0f) & (distance > -1.0f);
    // Behind the surface the weight falls to zero, so that the far side of a thin thing suffers little.
    w = select(known, w * min(1.0f + distance, broadcast(1)), broadcast(0));
    store(weight, load(weight) + w);
    store(sum, load(sum) + w * min(distance, broadcast(1)));
}

void integrate_block(const View &view, const Grid &grid, float truncation, Block &block) {
    std::array<float, 3> corner, middle;
    for (int i = 0; i < 3; ++i) {
        corner[i] = grid.low[i] + grid.voxel * float(block.place[i] * kSide);
        middle[i] = corner[i] + 0.5f * grid.voxel * (kSide - 1);
    }
    const float radius = 0.8661f * grid.voxel * (kSide - 1); // half the diagonal
    if (!is_in_view(view, in_camera(view, middle), radius)) return;
    const std::array<float, 3> start = in_camera(view, corner);
    float step[3], first[3];
    for (int i = 0; i < 3; ++i) step[i] = grid.voxel * view.R[i][0];
    for (int z = 0; z < kSide; ++z)
        for (int y = 0; y < kSide; ++y) {
            for (int i = 0; i < 3; ++i)
                first[i] = start[i] + grid.voxel * (view.R[i][1] * float(y) + view.R[i][2] * float(z));
            const int at = (z * kSide + y) * kSide;
            integrate_row(view, first, step, truncation, block.sum + at, block.weight + at);
        }
}

} // namespace

Volume::Volume(const Grid &grid, float truncation, int num_threads)
    : grid_(grid), truncation_(truncation), pool_(num_threads), index_(grid.size(), -1) {}

void Volume::touch(const View &view, int stride) {
    const float per_block = 1.0f / (grid_.voxel * kSide);
    for (int y = stride / 2; y < view.height; y += stride)
        for (int x = stride / 2; x < view.width; x += stride) {
            const std::size_t pixel = std::size_t(y) * view.width + x;
            if (!(view.depth[pixel] > 0) || !(view.weight[pixel] > 0)) continue;
            const std::array<float, 3> p = point_at(view, x, y, view.depth[pixel]);
            int first[3], last[3];
            bool is_inside = true;
            for (int i = 0; i < 3; ++i) {
                const float low = (p[i] - truncation_ - grid_.low[i]) * per_block;
                const float high = (p[i] + truncation_ - grid_.low[i]) * per_block;
                is_inside &= high >= 0.0f && low < float(grid_.blocks[i]);
                if (!is_inside) break;
                first[i] = int(std::max(low, 0.0f));
                last[i] = int(std::min(high, float(grid_.blocks[i] - 1)));
            }
            if (!is_inside) continue;
            for (int bz = first[2]; bz <= last[2]; ++bz)
                for (int by = first[1]; by <= last[1]; ++by)
                    for (int bx = first[0]; bx <= last[0]; ++bx) {
                        std::int32_t &block = index_[grid_.at(bx, by, bz)];
                        if (block >= 0) continue;
                        block = std::int32_t(blocks_.size());
                        blocks_.emplace_back().place = {bx, by, bz};
                    }
        }
}

void Volume::integrate(const View &view) {
    pool_.for_each(int(blocks_.size()), [&](int b) { integrate_block(view, grid_, truncation_, blocks_[b]); });
}

Surface Volume::surface(float min_weight) { return extract(grid_, blocks_, index_, min_weight, pool_); }

} // namespace reelscape::mesh

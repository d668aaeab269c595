// Depth of the surface that the gaussians stand for: where a pixel's transmittance falls below one half.
//
// Of the gaussian that crosses the half, the depth is that of its densest point on the pixel's ray, not that of its mean:
// a large flat gaussian on a slanted wall then has the wall's depth at each of its pixels (as in Gaussian Opacity Fields,
// Yu et al. 2024). Only one gaussian per pixel is evaluated so.
#include "splat_visit.hpp"

#include <algorithm>
#include <cmath>

namespace reelscape::splat {
namespace {

constexpr float kHalf = 0.5f;
constexpr float kThinnest = 1e-4f; // of the largest standard deviation: keeps the precision finite
constexpr float kReach = 3.0f;     // largest standard deviations that the densest point may lie off the mean
constexpr std::int32_t kNone = -1;

struct MedianTile {
    alignas(64) float transmittance[kTile * kTileStride];
    alignas(64) std::int32_t median[kTile * kTileStride]; // gaussian
    alignas(32) std::int32_t width[kTile];
};

void open_tile(MedianTile &tile, const TileFrame &frame) {
    std::fill(std::begin(tile.transmittance), std::end(tile.transmittance), 1.0f);
    std::fill(std::begin(tile.median), std::end(tile.median), kNone);
    for (int row = 0; row < kTile; ++row) tile.width[row] = row < frame.height ? frame.width : 0;
}

REELSCAPE_INLINE void cross_one(const Record &r, std::int32_t gaussian, const Visit &visit, MedianTile &tile) {
    const i8 id = i8{} + gaussian;
    walk(visit, r.a, [] {}, [&](const Pixels &pixels) {
        const int at = pixels.at;
        const f8 before = load(tile.transmittance + at), after = before - before * alpha_of(pixels.exponent);
        const i8 crosses = (before > kHalf) & (after <= kHalf);
        store(tile.transmittance + at, after);
        store(tile.median + at, (crosses & id) | (~crosses & load(tile.median + at)));
    });
}

// Ends the rows whose pixels all have their median; false when none is left.
bool end_rows(MedianTile &tile, const TileFrame &frame) {
    bool alive = false;
    for (int row = 0; row < frame.height; ++row) {
        const float *t = tile.transmittance + row * kTileStride;
        if (tile.width[row] && *std::max_element(t, t + frame.width) <= kHalf) tile.width[row] = 0;
        alive |= tile.width[row] > 0;
    }
    return alive;
}

// A gaussian in the camera frame, its axes divided by their standard deviations.
struct Shape {
    float axes[3][3], mean[3], z, reach;
};

Shape shape_of(const Parameters &parameters, const Camera &camera, std::int32_t gaussian) {
    const float *p = parameters.values.data() + parameters.block(gaussian / kLanes) + gaussian % kLanes;
    float q[4], norm2 = 0, s[3];
    for (int i = 0; i < 4; ++i) {
        q[i] = p[(kQuat + i) * kLanes];
        norm2 += q[i] * q[i];
    }
    f8 unit[4], Q[3][3];
    for (int i = 0; i < 4; ++i) unit[i] = broadcast(q[i] / std::sqrt(norm2));
    rotation_of(unit, Q);
    for (int k = 0; k < 3; ++k) s[k] = std::exp(p[(kScale + k) * kLanes]);
    const float largest = std::max({s[0], s[1], s[2]});
    Shape out;
    float centre[3];
    for (int i = 0; i < 3; ++i) {
        const float *R = camera.R[i];
        centre[i] = R[0] * p[0] + R[1] * p[kLanes] + R[2] * p[2 * kLanes] + camera.t[i];
    }
    for (int k = 0; k < 3; ++k) {
        const float scale = 1.0f / std::max(s[k], kThinnest * largest);
        out.mean[k] = 0;
        for (int i = 0; i < 3; ++i) {
            const float *R = camera.R[i];
            out.axes[k][i] = scale * (R[0] * Q[0][k][0] + R[1] * Q[1][k][0] + R[2] * Q[2][k][0]);
            out.mean[k] += out.axes[k][i] * centre[i];
        }
    }
    out.z = centre[2];
    out.reach = kReach * largest;
    return out;
}

// Depth of the densest point on the ray through the pixel centre (x, y).
float densest_depth(const Shape &shape, const Camera &camera, float x, float y) {
    const float ray[3] = {(x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy, 1.0f};
    float along = 0, length2 = 0;
    for (int k = 0; k < 3; ++k) {
        const float r = shape.axes[k][0] * ray[0] + shape.axes[k][1] * ray[1] + shape.axes[k][2] * ray[2];
        along += r * shape.mean[k];
        length2 += r * r;
    }
    const float depth = along / length2;
    return std::max(std::clamp(depth, shape.z - shape.reach, shape.z + shape.reach), kNear);
}

void write_tile(const MedianTile &tile, const TileFrame &frame, const Parameters &parameters, const Camera &camera,
                float *depth) {
    for (int row = 0; row < frame.height; ++row) {
        const std::int32_t *median = tile.median + row * kTileStride;
        float *out = depth + std::size_t(frame.y + row) * camera.width + frame.x;
        std::int32_t current = kNone;
        Shape shape{};
        for (int x = 0; x < frame.width; ++x) {
            out[x] = 0;
            if (median[x] == kNone) continue;
            if (median[x] != current) shape = shape_of(parameters, camera, current = median[x]);
            out[x] = densest_depth(shape, camera, float(frame.x + x) + 0.5f, float(frame.y + row) + 0.5f);
        }
    }
}

void median_tile(int index, const Parameters &parameters, const Camera &camera, const Projection &projection,
                 const TileLists &lists, float *depth) {
    const TileFrame frame = frame_of(index, projection, camera.width, camera.height);
    const List list(lists, index);
    MedianTile tile;
    open_tile(tile, frame);
    Visit visits[kBatch];
    for (std::uint32_t i = 0; i < list.count; i += kBatch) {
        if (i && i % kRetireEvery == 0 && !end_rows(tile, frame)) break;
        const std::uint32_t end = std::min(list.count, i + kBatch);
        plan_visits(list, projection.records, i, end, frame, tile.width, visits);
        for (std::uint32_t k = i; k < end; ++k)
            cross_one(list.record(projection.records, k), std::int32_t(list.entries[k].gaussian), visits[k - i], tile);
    }
    write_tile(tile, frame, parameters, camera, depth);
}

} // namespace

void median_depth(const Parameters &parameters, const Camera &camera, const Projection &projection,
                  const TileLists &lists, float *depth, ThreadPool &pool) {
    pool.for_each(projection.tiles_x * projection.tiles_y,
                  [&](int tile) { median_tile(tile, parameters, camera, projection, lists, depth); });
}

} // namespace reelscape::splat

// Compositing of tiles, forward and backward: gaussian by gaussian, row by row, eight pixels at a time.
//
// A tile's pixels live in small buffers (L1 cache). Only the pixels of a row that can reach alpha = 1/255 are visited, from
// an unaligned start. Instead of stopping each pixel at a transmittance limit, whole rows retire, checked every 32
// gaussians: the inner loop has no branches, and what is left out is below 1e-4 of a colour.
#include "splat_visit.hpp"

#include <algorithm>
#include <cmath>

namespace reelscape::splat {
namespace {

struct ForwardTile {
    alignas(64) float transmittance[kTile * kTileStride];
    alignas(64) float rgb[3][kTile * kTileStride];
    alignas(32) std::int32_t width[kTile];
};

REELSCAPE_INLINE void composite_one(const Record &r, const Visit &visit, ForwardTile &tile) {
    const f8 red = broadcast(r.rgb[0]), green = broadcast(r.rgb[1]), blue = broadcast(r.rgb[2]), minus_a = broadcast(-r.a);
    for (int row = visit.first; row < visit.end; ++row) {
        const int x_end = visit.x_end[row];
        f8 dx = visit.dx[row] + iota();
        const f8 peak = broadcast(visit.peak[row]);
        for (int x = visit.x_first[row]; x < x_end; x += kLanes, dx += float(kLanes)) {
            const int at = row * kTileStride + x;
            const f8 alpha = alpha_of(peak + minus_a * dx * dx);
            const f8 before = load(tile.transmittance + at), weight = alpha * before;
            store(tile.transmittance + at, before - weight);
            store(tile.rgb[0] + at, load(tile.rgb[0] + at) + weight * red);
            store(tile.rgb[1] + at, load(tile.rgb[1] + at) + weight * green);
            store(tile.rgb[2] + at, load(tile.rgb[2] + at) + weight * blue);
        }
    }
}

// Retires rows that are opaque; false when none is left.
bool retire_rows(ForwardTile &tile, const TileFrame &frame, std::uint32_t composited, std::uint32_t *row_ends) {
    bool alive = false;
    for (int row = 0; row < frame.height; ++row) {
        if (!tile.width[row]) continue;
        const float *t = tile.transmittance + row * kTileStride;
        f8 largest = broadcast(0);
        for (int x = 0; x < frame.width; x += kLanes)
            largest = max(largest, select(iota_int() + x < frame.width, load(t + x), broadcast(0)));
        if (any(largest >= kRetireBelow)) {
            alive = true;
        } else {
            tile.width[row] = 0;
            row_ends[row] = composited;
        }
    }
    return alive;
}

void open_tile(ForwardTile &tile, const TileFrame &frame) {
    std::fill(std::begin(tile.transmittance), std::end(tile.transmittance), 1.0f);
    for (auto &plane : tile.rgb) std::fill(std::begin(plane), std::end(plane), 0.0f);
    for (int row = 0; row < kTile; ++row) tile.width[row] = row < frame.height ? frame.width : 0;
}

void write_tile(const ForwardTile &tile, const TileFrame &frame, const float background[3], Planes &image) {
    for (int row = 0; row < frame.height; ++row) {
        const float *t = tile.transmittance + row * kTileStride;
        for (int c = 0; c < 3; ++c) {
            const float *rgb = tile.rgb[c] + row * kTileStride;
            float *out = image.row(c, frame.y + row) + frame.x;
            for (int x = 0; x < frame.width; ++x) out[x] = rgb[x] + t[x] * background[c];
        }
        std::copy(t, t + frame.width, image.row(3, frame.y + row) + frame.x);
    }
}

void composite_tile(int index, const Projection &projection, const TileLists &lists, const float background[3],
                    Planes &image, std::uint32_t *row_ends) {
    const TileFrame frame = frame_of(index, projection, image.width(), image.height());
    const List list(lists, index);
    ForwardTile tile;
    open_tile(tile, frame);
    std::fill(row_ends, row_ends + kTile, list.count);
    Visit visit;
    for (std::uint32_t i = 0; i < list.count; ++i) {
        if (i && i % kRetireEvery == 0 && !retire_rows(tile, frame, i, row_ends)) break;
        list.prefetch(projection.records, i);
        const Record &record = projection.records[list.entries[i].gaussian];
        plan_visit(record, frame, tile.width, visit);
        composite_one(record, visit, tile);
    }
    write_tile(tile, frame, background, image);
}

// Backward. With v = dL/d(ln alpha) = alpha dL/dalpha, and per pixel the gradient g of its colour:
//   v = w (c . g) - alpha / (1 - alpha) * (g . what lies behind),  w = alpha T.
// What lies behind is the pixel's final colour less what has been added so far, so the walk goes front to back, with the
// same transmittances as the forward pass, and needs nothing stored per pixel but the final colour.
struct BackwardTile {
    alignas(64) float transmittance[kTile * kTileStride];
    alignas(64) float behind[kTile * kTileStride]; // g . colour behind
    alignas(64) float gradient[3][kTile * kTileStride];
    alignas(32) std::int32_t width[kTile];
};

REELSCAPE_INLINE void backward_one(const Record &r, const Visit &visit, const TileFrame &frame, BackwardTile &tile,
                                   float *moments) {
    const f8 red = broadcast(r.rgb[0]), green = broadcast(r.rgb[1]), blue = broadcast(r.rgb[2]), minus_a = broadcast(-r.a);
    const float cy = r.cy - float(frame.y) - 0.5f;
    f8 v_sum = broadcast(0), vd = v_sum, vdd = v_sum, vdy = v_sum, vddy = v_sum, vdydy = v_sum;
    f8 w_red = v_sum, w_green = v_sum, w_blue = v_sum;
    for (int row = visit.first; row < visit.end; ++row) {
        const int x_end = visit.x_end[row];
        const float dy = float(row) - cy;
        f8 dx = visit.dx[row] + iota();
        const f8 peak = broadcast(visit.peak[row]);
        for (int x = visit.x_first[row]; x < x_end; x += kLanes, dx += float(kLanes)) {
            const int at = row * kTileStride + x;
            const f8 alpha = alpha_of(peak + minus_a * dx * dx);
            const f8 before = load(tile.transmittance + at), weight = alpha * before;
            store(tile.transmittance + at, before - weight);
            const f8 g_red = load(tile.gradient[0] + at), g_green = load(tile.gradient[1] + at);
            const f8 g_blue = load(tile.gradient[2] + at);
            const f8 own = weight * (red * g_red + green * g_green + blue * g_blue);
            const f8 behind = load(tile.behind + at) - own;
            store(tile.behind + at, behind);
            w_red += weight * g_red;
            w_green += weight * g_green;
            w_blue += weight * g_blue;
            const f8 unclamped = own - alpha * behind / (1.0f - alpha);
            const f8 v = select(alpha < kMaxAlpha, unclamped, broadcast(0));
            const f8 v_dx = v * dx, v_dy = v * dy;
            v_sum += v;
            vd += v_dx;
            vdd += v_dx * dx;
            vdy += v_dy;
            vddy += v_dx * dy;
            vdydy += v_dy * dy;
        }
    }
    const f8 all[8] = {v_sum, vd, vdd, vdy, vddy, vdydy, w_red, w_green};
    store(moments, sums_of(all));
    moments[kBlue] = sum(w_blue);
}

// Pixels beyond the image have no gradient, so they add nothing.
void open_tile(BackwardTile &tile, const TileFrame &frame, const Planes &image, const Planes &gradient) {
    std::fill(std::begin(tile.transmittance), std::end(tile.transmittance), 1.0f);
    std::fill(std::begin(tile.behind), std::end(tile.behind), 0.0f);
    for (auto &plane : tile.gradient) std::fill(std::begin(plane), std::end(plane), 0.0f);
    for (int row = 0; row < frame.height; ++row)
        for (int c = 0; c < 3; ++c) {
            const float *g = gradient.row(c, frame.y + row) + frame.x, *rgb = image.row(c, frame.y + row) + frame.x;
            float *g_out = tile.gradient[c] + row * kTileStride, *behind = tile.behind + row * kTileStride;
            for (int x = 0; x < frame.width; ++x) {
                g_out[x] = g[x];
                behind[x] += g[x] * rgb[x];
            }
        }
}

bool set_live_rows(BackwardTile &tile, const TileFrame &frame, std::uint32_t composited, const std::uint32_t *row_ends) {
    bool alive = false;
    for (int row = 0; row < kTile; ++row) {
        tile.width[row] = row < frame.height && composited < row_ends[row] ? frame.width : 0;
        alive |= tile.width[row] > 0;
    }
    return alive;
}

void backward_tile(int index, const Projection &projection, const TileLists &lists, const Planes &image,
                   const Planes &gradient, const std::uint32_t *row_ends, float *moments) {
    const TileFrame frame = frame_of(index, projection, image.width(), image.height());
    const List list(lists, index);
    BackwardTile tile;
    open_tile(tile, frame, image, gradient);
    Visit visit;
    std::uint32_t i = 0;
    for (; i < list.count; ++i) {
        if (i % kRetireEvery == 0 && !set_live_rows(tile, frame, i, row_ends)) break;
        list.prefetch(projection.records, i);
        const Record &record = projection.records[list.entries[i].gaussian];
        plan_visit(record, frame, tile.width, visit);
        backward_one(record, visit, frame, tile, moments + std::size_t(list.entries[i].pair) * kMoments);
    }
    for (; i < list.count; ++i) std::fill_n(moments + std::size_t(list.entries[i].pair) * kMoments, kMoments, 0.0f);
}

} // namespace

void composite(const Projection &projection, const TileLists &lists, const float background[3], Planes &image,
               RowEnds &row_ends, ThreadPool &pool) {
    const int num_tiles = projection.tiles_x * projection.tiles_y;
    row_ends.resize(std::size_t(num_tiles) * kTile);
    pool.for_each(num_tiles, [&](int tile) {
        composite_tile(tile, projection, lists, background, image, row_ends.data() + std::size_t(tile) * kTile);
    });
}

void composite_backward(const Projection &projection, const TileLists &lists, const Planes &image,
                        const Planes &gradient, const RowEnds &row_ends, Floats &moments, ThreadPool &pool) {
    const int num_tiles = projection.tiles_x * projection.tiles_y;
    if (moments.size() < projection.num_pairs * kMoments) moments.resize(projection.num_pairs * kMoments);
    pool.for_each(num_tiles, [&](int tile) {
        backward_tile(tile, projection, lists, image, gradient, row_ends.data() + std::size_t(tile) * kTile,
                      moments.data());
    });
}

} // namespace reelscape::splat

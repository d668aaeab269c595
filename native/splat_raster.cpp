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
    const f8 red = broadcast(r.rgb[0]), green = broadcast(r.rgb[1]), blue = broadcast(r.rgb[2]);
    walk(visit, r.a, [] {}, [&](const Pixels &pixels) {
        const int at = pixels.at;
        const f8 alpha = alpha_of(pixels.exponent);
        const f8 before = load(tile.transmittance + at), weight = alpha * before;
        store(tile.transmittance + at, before - weight);
        store(tile.rgb[0] + at, load(tile.rgb[0] + at) + weight * red);
        store(tile.rgb[1] + at, load(tile.rgb[1] + at) + weight * green);
        store(tile.rgb[2] + at, load(tile.rgb[2] + at) + weight * blue);
    });
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
    Visit visits[kBatch];
    for (std::uint32_t i = 0; i < list.count; i += kBatch) {
        if (i && i % kRetireEvery == 0 && !retire_rows(tile, frame, i, row_ends)) break;
        const std::uint32_t end = std::min(list.count, i + kBatch);
        plan_visits(list, projection.records, i, end, frame, tile.width, visits);
        for (std::uint32_t k = i; k < end; ++k) composite_one(list.record(projection.records, k), visits[k - i], tile);
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

// Sums over the pixels of a visit, in vectors. All pixels of a row have the same dy, so moments in dy come from sums over
// rows alone: with k rows below a row, running sums taken before each row add up to sum(k v), and their own running sums
// to sum(k (k + 1) / 2 v).
struct VisitSums {
    f8 v{}, vd{}, vdd{}, red{}, green{}, blue{};
    f8 vk{}, vdk{}, vkk{};

    REELSCAPE_INLINE void begin_row() {
        vk += v;
        vdk += vd;
        vkk += vk;
    }

    // `dy_last` is that of the visit's last row: dy = dy_last - k.
    REELSCAPE_INLINE void write(float dy_last, float *moments) const {
        const f8 all[8] = {v, vd, vdd, vk, vdk, vkk, red, green};
        const f8 sums = sums_of(all);
        const float v_k2 = 2.0f * sums[5] - sums[3], vdy = dy_last * sums[0] - sums[3];
        store(moments, sums);
        moments[kVdy] = vdy;
        moments[kVddy] = dy_last * sums[1] - sums[4];
        moments[kVdydy] = dy_last * (vdy - sums[3]) + v_k2;
        moments[kBlue] = sum(blue);
    }
};

REELSCAPE_INLINE void backward_one(const Record &r, const Visit &visit, const TileFrame &frame, BackwardTile &tile,
                                   float *moments) {
    const f8 red = broadcast(r.rgb[0]), green = broadcast(r.rgb[1]), blue = broadcast(r.rgb[2]);
    VisitSums sums;
    walk(visit, r.a, [&] { sums.begin_row(); }, [&](const Pixels &pixels) {
        const int at = pixels.at;
        const f8 alpha = alpha_of(pixels.exponent);
        const f8 before = load(tile.transmittance + at), weight = alpha * before;
        store(tile.transmittance + at, before - weight);
        const f8 g_red = load(tile.gradient[0] + at), g_green = load(tile.gradient[1] + at);
        const f8 g_blue = load(tile.gradient[2] + at);
        const f8 own = weight * (red * g_red + green * g_green + blue * g_blue);
        const f8 behind = load(tile.behind + at) - own;
        store(tile.behind + at, behind);
        sums.red += weight * g_red;
        sums.green += weight * g_green;
        sums.blue += weight * g_blue;
        const f8 unclamped = own - alpha * behind / (1.0f - alpha);
        const f8 v = select(alpha < kMaxAlpha, unclamped, broadcast(0)), v_dx = v * pixels.dx;
        sums.v += v;
        sums.vd += v_dx;
        sums.vdd += v_dx * pixels.dx;
    });
    sums.write(float(visit.end - 1 + frame.y) + 0.5f - r.cy, moments);
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
    Visit visits[kBatch];
    std::uint32_t i = 0;
    for (; i < list.count; i += kBatch) {
        if (i % kRetireEvery == 0 && !set_live_rows(tile, frame, i, row_ends)) break;
        const std::uint32_t end = std::min(list.count, i + kBatch);
        plan_visits(list, projection.records, i, end, frame, tile.width, visits);
        for (std::uint32_t k = i; k < end; ++k)
            backward_one(list.record(projection.records, k), visits[k - i], frame, tile,
                         moments + std::size_t(list.entries[k].pair) * kMoments);
    }
    for (; i < list.count; ++i) std::fill_n(moments + std::size_t(list.entries[i].pair) * kMoments, kMoments, 0.0f);
}

} // namespace

void composite(const Projection &projection, const TileLists &lists, const float background[3], Planes &image,
               RowEnds &row_ends, ThreadPool &pool) {
    const int num_tiles = projection.tiles_x * projection.tiles_y;
    row_ends.resize(std::size_t(num_tiles) * kTile);
    pool.for_each(num_tiles, [&](int i) {
        const int tile = int(lists.longest_first[i]);
        composite_tile(tile, projection, lists, background, image, row_ends.data() + std::size_t(tile) * kTile);
    });
}

void composite_backward(const Projection &projection, const TileLists &lists, const Planes &image,
                        const Planes &gradient, const RowEnds &row_ends, Floats &moments, ThreadPool &pool) {
    const int num_tiles = projection.tiles_x * projection.tiles_y;
    if (moments.size() < projection.num_pairs * kMoments) moments.resize(projection.num_pairs * kMoments);
    pool.for_each(num_tiles, [&](int i) {
        const int tile = int(lists.longest_first[i]);
        backward_tile(tile, projection, lists, image, gradient, row_ends.data() + std::size_t(tile) * kTile,
                      moments.data());
    });
}

} // namespace reelscape::splat

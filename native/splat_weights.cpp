// How much of a picture each gaussian makes up: its blending weights alpha T, summed over the pixels.
#include "splat_visit.hpp"

#include <algorithm>

namespace reelscape::splat {
namespace {

// Transmittances; zero beside the image, so that nothing weighs there.
struct WeightTile {
    alignas(64) float transmittance[kTile * kTileStride] = {};
    alignas(32) std::int32_t width[kTile];

    explicit WeightTile(const TileFrame &frame) {
        for (int row = 0; row < kTile; ++row) {
            width[row] = row < frame.height ? frame.width : 0;
            std::fill_n(transmittance + row * kTileStride, width[row], 1.0f);
        }
    }
};

REELSCAPE_INLINE float weigh_one(const Record &r, const Visit &visit, WeightTile &tile) {
    f8 total = broadcast(0);
    walk(visit, r.a, [] {}, [&](const Pixels &pixels) {
        float *transmittance = tile.transmittance + pixels.at;
        const f8 before = load(transmittance), weight = before * alpha_of(pixels.exponent);
        store(transmittance, before - weight);
        total += weight;
    });
    return sum(total);
}

// Ends the rows that are opaque; false when none is left.
bool end_rows(WeightTile &tile, const TileFrame &frame) {
    bool alive = false;
    for (int row = 0; row < frame.height; ++row) {
        const float *t = tile.transmittance + row * kTileStride;
        if (tile.width[row] && *std::max_element(t, t + frame.width) < kRetireBelow) tile.width[row] = 0;
        alive |= tile.width[row] > 0;
    }
    return alive;
}

void weigh_tile(int index, const Camera &camera, const Projection &projection, const TileLists &lists, float *pair_weights) {
    const TileFrame frame = frame_of(index, projection, camera.width, camera.height);
    const List list(lists, index);
    WeightTile tile(frame);
    Visit visits[kBatch];
    for (std::uint32_t i = 0; i < list.count; i += kBatch) {
        if (i && i % kRetireEvery == 0 && !end_rows(tile, frame)) break;
        const std::uint32_t end = std::min(list.count, i + kBatch);
        plan_visits(list, projection.records, i, end, frame, tile.width, visits);
        for (std::uint32_t k = i; k < end; ++k)
            pair_weights[list.entries[k].pair] = weigh_one(list.record(projection.records, k), visits[k - i], tile);
    }
}

} // namespace

void pixel_weights(const Camera &camera, const Projection &projection, const TileLists &lists, float *weights,
                   ThreadPool &pool) {
    std::vector<float> pair_weights(projection.num_pairs, 0.0f);
    pool.for_each(projection.tiles_x * projection.tiles_y,
                  [&](int tile) { weigh_tile(tile, camera, projection, lists, pair_weights.data()); });
    for (const auto &chunk : projection.chunks)
        for (const std::uint32_t id : chunk.visible)
            for (std::uint32_t k = 0; k < projection.pairs[id].count; ++k)
                weights[id] += pair_weights[projection.first_pair(id) + k];
}

} // namespace reelscape::splat

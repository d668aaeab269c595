// Tile lists: visible gaussians sorted by depth once, then dealt to their tiles by a stable counting scatter.
#include "splat.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace reelscape::splat {
namespace {

constexpr int kDigitBits = 11, kDigits = 3;
constexpr std::uint32_t kBins = 1u << kDigitBits;

// One pass of the radix sort from side `from` to the other; false when all keys share the digit.
bool sort_by_digit(TileLists &lists, int from, int digit, std::size_t count) {
    std::uint32_t starts[kBins] = {};
    const int shift = digit * kDigitBits;
    const std::uint32_t *keys = lists.keys[from].data(), *order = lists.order[from].data();
    std::uint32_t *keys_out = lists.keys[1 - from].data(), *order_out = lists.order[1 - from].data();
    for (std::size_t i = 0; i < count; ++i) ++starts[(keys[i] >> shift) & (kBins - 1)];
    std::uint32_t total = 0;
    for (std::uint32_t &start : starts) {
        const std::uint32_t size = start;
        if (size == count) return false;
        start = total;
        total += size;
    }
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t at = starts[(keys[i] >> shift) & (kBins - 1)]++;
        keys_out[at] = keys[i];
        order_out[at] = order[i];
    }
    return true;
}

// Ids of the visible gaussians, nearest first; equal depths keep the order of ids.
const std::vector<std::uint32_t> &sort_by_depth(const Projection &projection, TileLists &lists) {
    for (int side = 0; side < 2; ++side) {
        lists.keys[side].resize(projection.num_visible);
        lists.order[side].resize(projection.num_visible);
    }
    std::size_t at = 0;
    for (const auto &chunk : projection.chunks)
        for (const std::uint32_t id : chunk.visible) {
            std::memcpy(&lists.keys[0][at], &projection.records[id].depth, 4); // positive floats sort as integers
            lists.order[0][at++] = id;
        }
    int side = 0;
    for (int digit = 0; digit < kDigits; ++digit)
        if (sort_by_digit(lists, side, digit, projection.num_visible)) side = 1 - side;
    return lists.order[side];
}

// Parts of the depth order, each counted and scattered by one thread. Where an entry goes does not depend on their number.
struct Parts {
    std::size_t count, size;
    std::size_t begin(int part) const { return std::min(count, part * size); }
    std::size_t end(int part) const { return std::min(count, (part + 1) * size); }
};

} // namespace

void build_tile_lists(const Projection &projection, TileLists &out, ThreadPool &pool) {
    if (projection.num_pairs > 0xffffffffu) throw std::bad_alloc();
    const std::vector<std::uint32_t> &order = sort_by_depth(projection, out);
    const std::size_t num_tiles = std::size_t(projection.tiles_x) * projection.tiles_y;
    const int num_parts = pool.num_threads();
    const Parts parts{order.size(), (order.size() + num_parts - 1) / num_parts};
    const auto tiles_of = [&](std::uint32_t id) {
        return projection.chunks[id / kChunk].tiles.data() + projection.pairs[id].first;
    };

    out.counts.assign(num_tiles * num_parts, 0);
    pool.for_each(num_parts, [&](int part) {
        std::uint32_t *counts = out.counts.data() + part * num_tiles;
        for (std::size_t i = parts.begin(part); i < parts.end(part); ++i) {
            const std::uint32_t *tiles = tiles_of(order[i]);
            for (std::uint32_t k = 0; k < projection.pairs[order[i]].count; ++k) ++counts[tiles[k]];
        }
    });

    out.starts.resize(num_tiles + 1);
    std::uint32_t total = 0;
    for (std::size_t tile = 0; tile < num_tiles; ++tile) {
        out.starts[tile] = total;
        for (int part = 0; part < num_parts; ++part) {
            std::uint32_t &count = out.counts[part * num_tiles + tile];
            const std::uint32_t size = count;
            count = total;
            total += size;
        }
    }
    out.starts[num_tiles] = total;

    out.entries.resize(projection.num_pairs);
    pool.for_each(num_parts, [&](int part) {
        std::uint32_t *next = out.counts.data() + part * num_tiles;
        for (std::size_t i = parts.begin(part); i < parts.end(part); ++i) {
            const std::uint32_t id = order[i], *tiles = tiles_of(id);
            const std::uint32_t count = projection.pairs[id].count;
            for (std::uint32_t k = 0; k < count; ++k)
                out.entries[next[tiles[k]]++] = {id, projection.first_pair(id) + k};
        }
    });
}

} // namespace reelscape::splat

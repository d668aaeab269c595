// Tile lists: visible gaussians sorted by depth once, then dealt to their tiles by a stable counting scatter.
#include "splat.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <numeric>

namespace reelscape::splat {
namespace {

constexpr int kDigitBits = 11, kDigits = 3;
constexpr std::uint32_t kBins = 1u << kDigitBits;

// Parts of a list, each counted and scattered by one thread. Where an entry goes does not depend on their number.
struct Parts {
    std::size_t count;
    int num;
    std::size_t begin(int part) const { return count * part / num; }
    std::size_t end(int part) const { return begin(part + 1); }
};

// Turns counts [num_parts][num_bins] into where each part's entries of each bin start: bin by bin, part by part.
void starts_from_counts(std::uint32_t *counts, std::size_t num_bins, int num_parts) {
    std::uint32_t total = 0;
    for (std::size_t bin = 0; bin < num_bins; ++bin)
        for (int part = 0; part < num_parts; ++part) {
            std::uint32_t &count = counts[part * num_bins + bin];
            const std::uint32_t size = count;
            count = total;
            total += size;
        }
}

// One pass of the radix sort, from side `from` to the other.
void sort_by_digit(TileLists &lists, int from, int digit, const Parts &parts, ThreadPool &pool) {
    const int shift = digit * kDigitBits;
    const std::uint32_t *keys = lists.keys[from].data(), *order = lists.order[from].data();
    std::uint32_t *keys_out = lists.keys[1 - from].data(), *order_out = lists.order[1 - from].data();
    const auto bin_of = [&](std::size_t i) { return (keys[i] >> shift) & (kBins - 1); };
    lists.counts.assign(std::size_t(kBins) * parts.num, 0);
    pool.for_each(parts.num, [&](int part) {
        std::uint32_t *counts = lists.counts.data() + std::size_t(part) * kBins;
        for (std::size_t i = parts.begin(part); i < parts.end(part); ++i) ++counts[bin_of(i)];
    });
    starts_from_counts(lists.counts.data(), kBins, parts.num);
    pool.for_each(parts.num, [&](int part) {
        std::uint32_t *next = lists.counts.data() + std::size_t(part) * kBins;
        for (std::size_t i = parts.begin(part); i < parts.end(part); ++i) {
            const std::uint32_t at = next[bin_of(i)]++;
            keys_out[at] = keys[i];
            order_out[at] = order[i];
        }
    });
}

void list_visible(const Projection &projection, TileLists &lists, ThreadPool &pool) {
    std::vector<std::size_t> starts;
    std::size_t total = 0;
    for (const auto &chunk : projection.chunks) {
        starts.push_back(total);
        total += chunk.visible.size();
    }
    pool.for_each(int(projection.chunks.size()), [&](int chunk) {
        std::size_t at = starts[chunk];
        for (const std::uint32_t id : projection.chunks[chunk].visible) {
            std::memcpy(&lists.keys[0][at], &projection.records[id].depth, 4); // positive floats sort as integers
            lists.order[0][at++] = id;
        }
    });
}

// Ids of the visible gaussians, nearest first; equal depths keep the order of ids.
const std::vector<std::uint32_t> &sort_by_depth(const Projection &projection, TileLists &lists, ThreadPool &pool) {
    for (int side = 0; side < 2; ++side) {
        lists.keys[side].resize(projection.num_visible);
        lists.order[side].resize(projection.num_visible);
    }
    list_visible(projection, lists, pool);
    const Parts parts{projection.num_visible, pool.num_threads()};
    for (int digit = 0; digit < kDigits; ++digit) sort_by_digit(lists, digit % 2, digit, parts, pool);
    return lists.order[kDigits % 2];
}

// Tiles by the length of their lists.
void order_tiles(TileLists &lists) {
    lists.longest_first.resize(lists.starts.size() - 1);
    std::iota(lists.longest_first.begin(), lists.longest_first.end(), 0u);
    const auto length = [&](std::uint32_t tile) { return lists.starts[tile + 1] - lists.starts[tile]; };
    std::sort(lists.longest_first.begin(), lists.longest_first.end(), [&](std::uint32_t a, std::uint32_t b) {
        return length(a) != length(b) ? length(a) > length(b) : a < b;
    });
}

} // namespace

void build_tile_lists(const Projection &projection, TileLists &out, ThreadPool &pool) {
    if (projection.num_pairs > 0xffffffffu) throw std::bad_alloc();
    const std::vector<std::uint32_t> &order = sort_by_depth(projection, out, pool);
    const std::size_t num_tiles = std::size_t(projection.tiles_x) * projection.tiles_y;
    const int num_parts = pool.num_threads();
    const Parts parts{order.size(), num_parts};
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

    starts_from_counts(out.counts.data(), num_tiles, num_parts);
    out.starts.assign(out.counts.begin(), out.counts.begin() + std::ptrdiff_t(num_tiles)); // of the first part
    out.starts.push_back(std::uint32_t(projection.num_pairs));
    order_tiles(out);

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

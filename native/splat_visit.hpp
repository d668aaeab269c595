// A gaussian's visit to a tile: what compositing, depth and weights share.
#pragma once
#include "splat_project.hpp"

#include <algorithm>
#include <cmath>

namespace reelscape::splat {

// Where a tile lies in the image.
struct TileFrame {
    int x, y, width, height;
};

inline TileFrame frame_of(int tile, const Projection &projection, int image_width, int image_height) {
    const int x = tile % projection.tiles_x * kTile, y = tile / projection.tiles_x * kTile;
    return {x, y, std::min(kTile, image_width - x), std::min(kTile, image_height - y)};
}

// A gaussian's visit to the rows [first, end) of a tile: per row the pixels to visit and the exponent's two constants.
struct Visit {
    int first, end;
    alignas(32) std::int32_t x_first[kTile], x_end[kTile];
    alignas(32) float dx[kTile];   // of pixel x_first from the row's centre line
    alignas(32) float peak[kTile]; // the exponent at dx = 0
};

// `width[row]` is the number of pixels that a row still composites: 0 once retired.
REELSCAPE_INLINE void plan_visit(const Record &r, const TileFrame &frame, const std::int32_t *width, Visit &visit) {
    const float cx = r.cx - float(frame.x), cy = r.cy - float(frame.y);
    const float low = std::max(cy - r.half_height - 0.501f, -1.0f);
    const float high = std::min(cy + r.half_height - 0.499f, float(frame.height - 1));
    visit.first = int(low + 1.0f);
    visit.end = high < 0.0f ? 0 : int(high) + 1;
    for (int row = visit.first & ~(kLanes - 1); row < visit.end; row += kLanes) {
        const f8 dy = to_float(iota_int() + row) + (0.5f - cy);
        const f8 peak = r.peak - r.k * dy * dy;
        const f8 half = sqrt(max((peak - kMinExponent) * r.inverse_a, broadcast(0)));
        const f8 centre = cx + r.slope * dy - 0.5f;
        const i8 limit = load(width + row);
        const f8 left = clamp(centre - half - 1e-3f, -1.0f, float(kTile));
        const f8 right = clamp(centre + half + 1e-3f, -1.0f, float(kTile));
        const i8 x_first = to_int(left + 1.0f), reach = to_int(right + 1.0f), x_end = reach < limit ? reach : limit;
        store(visit.x_first + row, x_first);
        store(visit.x_end + row, x_end);
        store(visit.dx + row, to_float(x_first) - centre);
        store(visit.peak + row, peak);
    }
}

// Eight pixels of a visit: where they start in a tile's buffers, their distance from the row's centre line, and the
// exponent there.
struct Pixels {
    int at;
    f8 dx, exponent;
};

// Walks a visit's rows: calls begin_row() before each one and body(pixels) for every eight pixels.
template <class BeginRow, class Body>
REELSCAPE_INLINE void walk(const Visit &visit, float a, const BeginRow &begin_row, const Body &body) {
    const f8 minus_a = broadcast(-a);
    for (int row = visit.first; row < visit.end; ++row) {
        begin_row();
        f8 dx = visit.dx[row] + iota();
        const f8 peak = broadcast(visit.peak[row]);
        const int end = row * kTileStride + visit.x_end[row];
        for (int at = row * kTileStride + visit.x_first[row]; at < end; at += kLanes, dx += float(kLanes))
            body(Pixels{at, dx, peak + minus_a * dx * dx});
    }
}

// Eight alphas; zero below the threshold.
REELSCAPE_INLINE f8 alpha_of(f8 exponent) {
    const f8 alpha = min(exp2_fast(exponent), broadcast(kMaxAlpha));
    return select(exponent >= kMinExponent, alpha, broadcast(0));
}

// A tile's gaussians, front to back.
struct List {
    const TileEntry *entries;
    std::uint32_t count;
    List(const TileLists &lists, int tile)
        : entries(lists.entries.data() + lists.starts[tile]), count(lists.starts[tile + 1] - lists.starts[tile]) {}
    const Record &record(const AlignedVector<Record> &records, std::uint32_t i) const {
        return records[entries[i].gaussian];
    }
};

// Visits are planned some ahead of their compositing, so that its loops know at once how often to turn.
constexpr std::uint32_t kBatch = 8;
static_assert(kRetireEvery % kBatch == 0);

// Plans the visits of the list's entries [first, end). Records of the next ones are asked for: they jump about in memory.
inline void plan_visits(const List &list, const AlignedVector<Record> &records, std::uint32_t first, std::uint32_t end,
                        const TileFrame &frame, const std::int32_t *width, Visit *visits) {
    for (std::uint32_t i = first; i < end; ++i) {
        if (i + kBatch < list.count) __builtin_prefetch(&list.record(records, i + kBatch));
        plan_visit(list.record(records, i), frame, width, visits[i - first]);
    }
}

} // namespace reelscape::splat

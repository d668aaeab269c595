// Projection: parameters to records and the tiles that each visible gaussian touches.
#include "splat_project.hpp"

#include <algorithm>
#include <cmath>

namespace reelscape::splat {
namespace {

constexpr float kSlack = 1e-3f; // pixels; ranges are supersets, the alpha threshold makes them exact

// Pixels whose centres lie within [low, high], as [first, end).
struct PixelRange {
    int first, end;
};

PixelRange pixels_within(float low, float high, int size) {
    const float first = std::clamp(low - 0.5f - kSlack, -1.0f, float(size));
    const float last = std::clamp(high - 0.5f + kSlack, -1.0f, float(size - 1));
    return {int(first + 1.0f), int(last + 1.0f)};
}

// Half the width of the ellipse alpha = 1/255 in the line dy from its centre.
float half_chord(const Record &r, float dy) {
    return std::sqrt(std::max(0.0f, (r.peak - kMinExponent - r.k * dy * dy) * r.inverse_a));
}

// The pixel columns that the ellipse reaches within the pixel rows [y0, y1). `dy_right` is where it reaches farthest right;
// the right edge is concave in dy, so its largest value in a slab is at the slab's point nearest to that.
PixelRange columns_within_slab(const Record &r, float dy_right, int y0, int y1, int width) {
    const float low = std::max(float(y0) + 0.5f - r.cy, -r.half_height);
    const float high = std::max(low, std::min(float(y1) - 0.5f - r.cy, r.half_height));
    const float at_right = std::clamp(dy_right, low, high), at_left = std::clamp(-dy_right, low, high);
    const float right = r.cx + r.slope * at_right + half_chord(r, at_right);
    const float left = r.cx + r.slope * at_left - half_chord(r, at_left);
    return pixels_within(left, right, width);
}

void list_tiles(const Record &r, float dy_right, const Camera &camera, int tiles_x, std::vector<std::uint32_t> &tiles) {
    const PixelRange rows = pixels_within(r.cy - r.half_height, r.cy + r.half_height, camera.height);
    const PixelRange columns = pixels_within(r.cx - r.half_width, r.cx + r.half_width, camera.width);
    if (rows.first >= rows.end || columns.first >= columns.end) return;
    const bool is_strip =
        rows.first / kTile == (rows.end - 1) / kTile || columns.first / kTile == (columns.end - 1) / kTile;
    for (int ty = rows.first / kTile; ty <= (rows.end - 1) / kTile; ++ty) {
        PixelRange within = columns;
        if (!is_strip)
            within = columns_within_slab(r, dy_right, std::max(rows.first, ty * kTile),
                                         std::min(rows.end, (ty + 1) * kTile), camera.width);
        if (within.first >= within.end) continue;
        for (int tx = within.first / kTile; tx <= (within.end - 1) / kTile; ++tx)
            tiles.push_back(std::uint32_t(ty * tiles_x + tx));
    }
}

// A block's records, row by row as vectors.
struct RecordRows {
    alignas(32) float cx[8], cy[8], slope[8], a[8], k[8], peak[8], inverse_a[8], half_width[8], half_height[8], rgb[3][8],
        depth[8], dy_right[8];
    alignas(32) std::int32_t visible[8];
};

i8 record_rows(const float *block, const Camera &camera, int degree, BlockView &g, RecordRows &out) {
    const f8 budget = (g.peak - kMinExponent) * (2.0f / kLog2e); // twice the exponent's natural log left
    const f8 half_width = sqrt(max(budget * g.cov_a, broadcast(0))), half_height = sqrt(max(budget * g.cov_c, broadcast(0)));
    i8 visible = g.usable;
    visible &= (g.cx + half_width > 0.4f) & (g.cx - half_width < float(camera.width) - 0.4f);
    visible &= (g.cy + half_height > 0.4f) & (g.cy - half_height < float(camera.height) - 0.4f);
    if (!any(visible)) return visible;

    f8 Y[16], rgb[3];
    sh_basis(g.direction, degree, Y);
    colour_of(block, Y, degree, rgb);
    for (int c = 0; c < 3; ++c) {
        visible &= is_moderate(rgb[c], 1e6f); // whose fourth power, in SSIM, is finite
        store(out.rgb[c], max(rgb[c], broadcast(0)));
    }
    const f8 inverse_c = 1.0f / g.cov_c;
    store(out.cx, g.cx);
    store(out.cy, g.cy);
    store(out.slope, g.cov_b * inverse_c);
    store(out.a, (0.5f * kLog2e) * g.cov_c / g.det);
    store(out.k, (0.5f * kLog2e) * inverse_c);
    store(out.peak, g.peak);
    store(out.inverse_a, (2.0f / kLog2e) * g.det * inverse_c);
    store(out.half_width, half_width);
    store(out.half_height, half_height);
    store(out.depth, g.p[2]);
    store(out.dy_right, g.cov_b / g.cov_a * half_width);
    store(out.visible, visible);
    return visible;
}

Record record_of(const RecordRows &rows, int lane) {
    Record r;
    r.cx = rows.cx[lane];
    r.cy = rows.cy[lane];
    r.slope = rows.slope[lane];
    r.a = rows.a[lane];
    r.k = rows.k[lane];
    r.peak = rows.peak[lane];
    r.inverse_a = rows.inverse_a[lane];
    r.half_width = rows.half_width[lane];
    r.half_height = rows.half_height[lane];
    for (int c = 0; c < 3; ++c) r.rgb[c] = rows.rgb[c][lane];
    r.depth = rows.depth[lane];
    return r;
}

void project_chunk(const Parameters &parameters, const Camera &camera, int degree, int index, Projection &out) {
    Projection::Chunk &chunk = out.chunks[index];
    chunk.visible.clear();
    chunk.tiles.clear();
    f8 opacity_sum = broadcast(0), scale_sum = broadcast(0);
    const int end = std::min(parameters.blocks, (index + 1) * kChunkBlocks);
    for (int b = index * kChunkBlocks; b < end; ++b) {
        const float *block = parameters.values.data() + parameters.block(b);
        BlockView g = view_block(block, camera);
        opacity_sum += g.opacity;
        scale_sum += g.s[0] + g.s[1] + g.s[2];
        for (int lane = 0; lane < kLanes; ++lane) out.pairs[b * kLanes + lane] = {0, 0};
        RecordRows rows;
        if (!any(record_rows(block, camera, degree, g, rows))) continue;
        for (int lane = 0; lane < kLanes; ++lane) {
            if (!rows.visible[lane]) continue;
            const std::uint32_t id = b * kLanes + lane;
            const std::size_t first = chunk.tiles.size();
            Record &record = out.records[id] = record_of(rows, lane);
            list_tiles(record, rows.dy_right[lane], camera, out.tiles_x, chunk.tiles);
            out.pairs[id] = {std::uint32_t(first), std::uint32_t(chunk.tiles.size() - first)};
            if (out.pairs[id].count) chunk.visible.push_back(id);
        }
    }
    chunk.opacity_sum = sum(opacity_sum);
    chunk.scale_sum = sum(scale_sum);
}

} // namespace

void project(const Parameters &parameters, const Camera &camera, int degree, Projection &out, ThreadPool &pool) {
    const int num_chunks = (parameters.blocks + kChunkBlocks - 1) / kChunkBlocks;
    out.tiles_x = (camera.width + kTile - 1) / kTile;
    out.tiles_y = (camera.height + kTile - 1) / kTile;
    out.records.resize(std::size_t(parameters.blocks) * kLanes);
    out.pairs.resize(std::size_t(parameters.blocks) * kLanes);
    out.chunks.resize(num_chunks);
    pool.for_each(num_chunks, [&](int i) { project_chunk(parameters, camera, degree, i, out); });
    out.num_visible = out.num_pairs = 0;
    for (auto &chunk : out.chunks) {
        chunk.first_pair = std::uint32_t(out.num_pairs);
        out.num_visible += chunk.visible.size();
        out.num_pairs += chunk.tiles.size();
    }
}

} // namespace reelscape::splat

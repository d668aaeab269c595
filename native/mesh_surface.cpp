// Marching cubes over blocks. Each edge between two samples belongs to the block of its lower sample and bears at most one
// vertex, so triangles of neighbouring cubes share theirs.
//
// The table of cases is derived and not typed in: on each face of the cube, runs of inside corners are cut off by segments
// from the edge where a walk around the face enters the run to the edge where it leaves. Both cubes at a face see the same
// runs, so the surface closes. Every cut edge is entered on one of its faces and left on the other: segments form loops.
#include "mesh.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace reelscape::mesh {
namespace {

constexpr int kPadded = kSide + 1;
constexpr int kMaxCorners = 36; // of a case's triangles
constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

// An edge of a cube: from a corner (bits x, y, z) along an axis.
struct Edge {
    std::uint8_t corner, axis;
};

Edge edge_between(int a, int b) {
    const int changed = a ^ b;
    return {std::uint8_t(a & b), std::uint8_t(changed == 1 ? 0 : changed == 2 ? 1 : 2)};
}

struct Case {
    int count = 0; // three per triangle
    Edge corners[kMaxCorners];
};

// Where the surface goes on to from each cut edge of the cube, by 3 corner + axis; -1 for edges that are not cut.
std::array<int, 24> segments_of(int inside) {
    std::array<int, 24> next;
    next.fill(-1);
    const auto number = [](int a, int b) {
        const Edge edge = edge_between(a, b);
        return 3 * edge.corner + edge.axis;
    };
    for (int axis = 0; axis < 3; ++axis)
        for (int side = 0; side < 2; ++side) {
            const int b = 1 << (axis + 1) % 3, c = 1 << (axis + 2) % 3, base = side << axis;
            int walk[4] = {base, base | b, base | b | c, base | c}; // counter-clockwise seen from outside the cube
            if (!side) std::swap(walk[1], walk[3]);
            const auto is_inside = [&](int i) { return inside >> walk[i & 3] & 1; };
            for (int i = 0; i < 4; ++i) {
                if (!is_inside(i) || is_inside(i + 3)) continue;
                int last = i;
                while (is_inside(last + 1)) ++last;
                next[number(walk[(i + 3) & 3], walk[i])] = number(walk[last & 3], walk[(last + 1) & 3]);
            }
        }
    return next;
}

Case case_of(int inside) {
    Case out;
    std::array<int, 24> next = segments_of(inside);
    const auto edge = [](int number) { return Edge{std::uint8_t(number / 3), std::uint8_t(number % 3)}; };
    for (int start = 0; start < 24; ++start) {
        if (next[start] < 0) continue;
        int second = std::exchange(next[start], -1);
        for (int third = std::exchange(next[second], -1); third != start; third = std::exchange(next[third], -1)) {
            for (const int corner : {start, second, third}) out.corners[out.count++] = edge(corner);
            second = third;
        }
    }
    return out;
}

const std::array<Case, 256> &cases() {
    static const std::array<Case, 256> table = [] {
        std::array<Case, 256> made;
        for (int inside = 0; inside < 256; ++inside) made[inside] = case_of(inside);
        return made;
    }();
    return table;
}

class Extraction {
public:
    Extraction(const Grid &grid, const AlignedVector<Block> &blocks, const std::vector<std::int32_t> &index, float min_weight)
        : grid_(grid), blocks_(blocks), index_(index), min_weight_(min_weight), parts_(blocks.size()) {}

    Surface run(ThreadPool &pool) {
        const int count = int(blocks_.size());
        pool.for_each(count, [&](int b) { place_vertices(b); });
        std::int32_t first = 0;
        for (Part &part : parts_) {
            part.first = first;
            first += std::int32_t(part.vertices.size() / 3);
        }
        pool.for_each(count, [&](int b) { join_vertices(b); });
        Surface out;
        for (Part &part : parts_) {
            out.vertices.insert(out.vertices.end(), part.vertices.begin(), part.vertices.end());
            out.triangles.insert(out.triangles.end(), part.triangles.begin(), part.triangles.end());
        }
        return out;
    }

private:
    struct Part {
        std::vector<float> vertices;
        std::vector<std::int32_t> triangles;
        std::vector<std::int32_t> vertex_of; // [3][kSamples] edge -> vertex of this block; empty when it has none
        std::int32_t first = 0;
    };
    using Padded = std::array<float, kPadded * kPadded * kPadded>;

    static int padded_at(int x, int y, int z) { return (z * kPadded + y) * kPadded + x; }
    static int sample_at(int x, int y, int z) { return (z * kSide + y) * kSide + x; }

    // The block `dx, dy, dz` further, or -1.
    std::int32_t neighbour(const Block &block, int dx, int dy, int dz) const {
        const int x = block.place[0] + dx, y = block.place[1] + dy, z = block.place[2] + dz;
        if (x >= grid_.blocks[0] || y >= grid_.blocks[1] || z >= grid_.blocks[2]) return -1;
        return index_[grid_.at(x, y, z)];
    }

    // The block's samples and those that its last cubes share with the next blocks; false when no sign changes.
    bool read(const Block &block, Padded &values) const {
        std::int32_t around[8];
        for (int i = 0; i < 8; ++i) around[i] = neighbour(block, i & 1, i >> 1 & 1, i >> 2);
        bool is_any_inside = false, is_any_outside = false;
        for (int z = 0; z < kPadded; ++z)
            for (int y = 0; y < kPadded; ++y)
                for (int x = 0; x < kPadded; ++x) {
                    const std::int32_t from = around[(x == kSide) | (y == kSide) << 1 | (z == kSide) << 2];
                    float &value = values[padded_at(x, y, z)] = kUnknown;
                    if (from < 0) continue;
                    const int at = sample_at(x % kSide, y % kSide, z % kSide);
                    const float weight = blocks_[from].weight[at];
                    if (!(weight > min_weight_)) continue;
                    value = blocks_[from].sum[at] / weight;
                    is_any_inside |= value < 0;
                    is_any_outside |= value >= 0;
                }
        return is_any_inside && is_any_outside;
    }

    void place_vertices(int b) {
        Padded values;
        const Block &block = blocks_[b];
        Part &part = parts_[b];
        if (!read(block, values)) return;
        part.vertex_of.assign(3 * kSamples, -1);
        const int offset[3] = {padded_at(1, 0, 0), padded_at(0, 1, 0), padded_at(0, 0, 1)};
        for (int z = 0; z < kSide; ++z)
            for (int y = 0; y < kSide; ++y)
                for (int x = 0; x < kSide; ++x)
                    for (int axis = 0; axis < 3; ++axis) {
                        const int at = padded_at(x, y, z);
                        const float from = values[at], to = values[at + offset[axis]];
                        const bool is_cut = (from < 0 && to >= 0) || (from >= 0 && to < 0); // false for the unknown
                        if (!is_cut) continue;
                        part.vertex_of[axis * kSamples + sample_at(x, y, z)] = std::int32_t(part.vertices.size() / 3);
                        float place[3] = {float(x), float(y), float(z)};
                        place[axis] += from / (from - to);
                        for (int i = 0; i < 3; ++i)
                            part.vertices.push_back(grid_.low[i] +
                                                    grid_.voxel * (float(block.place[i] * kSide) + place[i]));
                    }
    }

    void join_vertices(int b) {
        Padded values;
        const Block &block = blocks_[b];
        if (!read(block, values)) return;
        for (int z = 0; z < kSide; ++z)
            for (int y = 0; y < kSide; ++y)
                for (int x = 0; x < kSide; ++x) {
                    int inside = 0;
                    bool is_known = true;
                    for (int corner = 0; corner < 8; ++corner) {
                        const float value = values[padded_at(x + (corner & 1), y + (corner >> 1 & 1), z + (corner >> 2))];
                        is_known &= !std::isnan(value);
                        inside |= int(value < 0) << corner;
                    }
                    if (!is_known) continue;
                    const Case &found = cases()[inside];
                    for (int i = 0; i < found.count; ++i)
                        parts_[b].triangles.push_back(vertex(block, x, y, z, found.corners[i]));
                }
    }

    // The vertex on an edge of the cube at (x, y, z) of a block.
    std::int32_t vertex(const Block &block, int x, int y, int z, const Edge &edge) const {
        x += edge.corner & 1;
        y += edge.corner >> 1 & 1;
        z += edge.corner >> 2;
        const Part &part = parts_[neighbour(block, x / kSide, y / kSide, z / kSide)];
        return part.first + part.vertex_of[edge.axis * kSamples + sample_at(x % kSide, y % kSide, z % kSide)];
    }

    const Grid &grid_;
    const AlignedVector<Block> &blocks_;
    const std::vector<std::int32_t> &index_;
    float min_weight_;
    std::vector<Part> parts_;
};

} // namespace

Surface extract(const Grid &grid, const AlignedVector<Block> &blocks, const std::vector<std::int32_t> &index,
                float min_weight, ThreadPool &pool) {
    return Extraction(grid, blocks, index, min_weight).run(pool);
}

} // namespace reelscape::mesh

// Depth maps to a surface: a truncated signed distance field (Curless and Levoy 1996) in blocks of voxels, then marching
// cubes (Lorensen and Cline 1987). src/reelscape/mesh/twin.py is the same in plain numpy.
//
// Samples lie at low + voxel * (i, j, k); 8^3 of them form a block, and only blocks near a measured surface exist. Every
// view passes over all blocks, each block by one thread, so results do not depend on the number of threads.
#pragma once
#include "simd.hpp"
#include "threads.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace reelscape::mesh {

constexpr int kSide = 8; // samples along a block's side
constexpr int kSamples = kSide * kSide * kSide;

// One depth map: cam_from_world, pixels with centres at +0.5, depth along the axis (0: none), weight (0: not to be used).
struct View {
    float R[3][3], t[3];
    float fx, fy, cx, cy;
    int width, height;
    const float *depth, *weight;
};

// Where the samples lie: the box begins at `low`, and holds `blocks` blocks along each axis.
struct Grid {
    std::array<float, 3> low;
    float voxel;
    std::array<int, 3> blocks;
    std::size_t at(int x, int y, int z) const { return (std::size_t(z) * blocks[1] + y) * blocks[0] + x; }
    std::size_t size() const { return at(0, 0, blocks[2]); }
};

struct Block {
    std::array<int, 3> place;                      // in blocks
    alignas(32) float sum[kSamples] = {};          // of weight times distance / truncation, within -1..1; x runs fastest
    alignas(32) float weight[kSamples] = {};
};

struct Surface {
    std::vector<float> vertices;         // [V][3]
    std::vector<std::int32_t> triangles; // [T][3], counter-clockwise seen from free space
};

class Volume {
public:
    Volume(const Grid &grid, float truncation, int num_threads);

    // Makes the blocks within the truncation of every `stride`-th pixel's point. All views first touch, then integrate.
    void touch(const View &view, int stride);
    void integrate(const View &view);
    // The zero level between samples of more than `min_weight`.
    Surface surface(float min_weight);

    const AlignedVector<Block> &blocks() const { return blocks_; }
    const Grid &grid() const { return grid_; }

private:
    Grid grid_;
    float truncation_;
    ThreadPool pool_;
    std::vector<std::int32_t> index_; // of the block at a place, -1 for none
    AlignedVector<Block> blocks_;
};

// Zero level of `blocks`; `index` [grid.size()] finds them by their place.
Surface extract(const Grid &grid, const AlignedVector<Block> &blocks, const std::vector<std::int32_t> &index,
                float min_weight, ThreadPool &pool);

} // namespace reelscape::mesh

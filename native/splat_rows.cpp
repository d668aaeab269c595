// Between the kernel's blocks and plain rows of gaussians: copies out, and models made of another's gaussians.
#include "splat.hpp"

#include <algorithm>

namespace reelscape::splat {
namespace {

constexpr float kHidden = -100.0f; // log scale and logit of the padding: transparent and tiny

template <class Body> void for_each_gaussian(int count, ThreadPool &pool, const Body &body) {
    pool.for_each((count + kChunk - 1) / kChunk, [&](int chunk) {
        const int end = std::min(count, (chunk + 1) * kChunk);
        for (int i = chunk * kChunk; i < end; ++i) body(i);
    });
}

std::size_t place_of(const Parameters &parameters, int gaussian) {
    return parameters.block(gaussian / kLanes) + gaussian % kLanes;
}

void copy_gaussian(const Floats &from, std::size_t source, Floats &to, std::size_t at, int rows) {
    for (int row = 0; row < rows; ++row) to[at + row * kLanes] = from[source + row * kLanes];
}

} // namespace

void copy_rows(const Parameters &parameters, const Floats &blocks, int first_row, int num_rows, float *out, ThreadPool &pool) {
    for_each_gaussian(parameters.count, pool, [&](int i) {
        const float *from = blocks.data() + place_of(parameters, i) + first_row * kLanes;
        for (int row = 0; row < num_rows; ++row) out[std::size_t(i) * num_rows + row] = from[row * kLanes];
    });
}

Parameters rearranged(const Parameters &parameters, const Arrangement &arrangement, ThreadPool &pool) {
    Parameters out;
    out.count = arrangement.count;
    out.blocks = (arrangement.count + kLanes - 1) / kLanes;
    out.rows = parameters.rows;
    for (Floats *blocks : {&out.values, &out.first, &out.second}) blocks->resize(out.block(out.blocks));
    for_each_gaussian(out.count, pool, [&](int i) {
        const std::size_t source = place_of(parameters, int(arrangement.sources[i])), at = place_of(out, i);
        copy_gaussian(parameters.values, source, out.values, at, out.rows);
        const float *shape = arrangement.shapes + std::size_t(i) * kShapeRows;
        for (int k = 0; k < kShapeRows; ++k) out.values[at + (kScale + k) * kLanes] = shape[k];
        if (arrangement.is_changed[i]) return; // the moments stay zero
        copy_gaussian(parameters.first, source, out.first, at, out.rows);
        copy_gaussian(parameters.second, source, out.second, at, out.rows);
    });
    for (int i = out.count; i < out.blocks * kLanes; ++i)
        for (int k = 0; k < kShapeRows; ++k) out.values[place_of(out, i) + (kScale + k) * kLanes] = kHidden;
    return out;
}

} // namespace reelscape::splat

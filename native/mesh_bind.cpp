// The distance field's Python face. Arguments are checked in reelscape/mesh/volume.py; here only what memory safety needs.
#include "mesh.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <stdexcept>

namespace nb = nanobind;

namespace reelscape {
namespace {

using mesh::Block;
using mesh::Grid;
using mesh::View;
using mesh::Volume;

using Matrix4 = nb::ndarray<const double, nb::shape<4, 4>, nb::c_contig, nb::device::cpu>;
using Matrix3 = nb::ndarray<const double, nb::shape<3, 3>, nb::c_contig, nb::device::cpu>;
using Picture = nb::ndarray<const float, nb::shape<-1, -1>, nb::c_contig, nb::device::cpu>;
using Corner = nb::ndarray<const double, nb::shape<3>, nb::c_contig, nb::device::cpu>;
using Counts = nb::ndarray<const std::int32_t, nb::shape<3>, nb::c_contig, nb::device::cpu>;

constexpr std::size_t kMaxBlocks = std::size_t(1) << 24;

void require(bool condition, const char *message) {
    if (!condition) throw std::invalid_argument(message);
}

View view_from(const Picture &depth, const Picture &weight, const Matrix4 &viewmat, const Matrix3 &K) {
    require(depth.shape(0) == weight.shape(0) && depth.shape(1) == weight.shape(1), "depth and weight differ in size");
    require(depth.shape(0) <= 32768 && depth.shape(1) <= 32768, "image sides must be at most 32768 pixels");
    View view;
    for (int i = 0; i < 3; ++i) {
        for (int j = 0; j < 3; ++j) view.R[i][j] = float(viewmat(i, j));
        view.t[i] = float(viewmat(i, 3));
    }
    view.fx = float(K(0, 0));
    view.fy = float(K(1, 1));
    view.cx = float(K(0, 2));
    view.cy = float(K(1, 2));
    view.width = int(depth.shape(1));
    view.height = int(depth.shape(0));
    view.depth = depth.data();
    view.weight = weight.data();
    return view;
}

Grid grid_from(const Corner &low, double voxel, const Counts &blocks) {
    Grid grid;
    std::size_t total = 1;
    for (int i = 0; i < 3; ++i) {
        require(blocks(i) >= 1 && blocks(i) <= 4096, "there must be 1 to 4096 blocks along an axis");
        grid.low[i] = float(low(i));
        grid.blocks[i] = blocks(i);
        total *= std::size_t(blocks(i));
    }
    require(total <= kMaxBlocks, "the box holds too many blocks");
    grid.voxel = float(voxel);
    return grid;
}

template <class T> nb::object array_out(std::vector<T> &&values, std::initializer_list<std::size_t> shape) {
    auto *owned = new std::vector<T>(std::move(values));
    const nb::capsule owner(owned, [](void *p) noexcept { delete static_cast<std::vector<T> *>(p); });
    return nb::cast(nb::ndarray<nb::numpy, T>(owned->data(), shape, owner));
}

class PyVolume {
public:
    PyVolume(const Corner &low, double voxel, const Counts &blocks, double truncation, int num_threads)
        : volume_(grid_from(low, voxel, blocks), float(truncation), std::clamp(num_threads, 1, 256)) {}

    void touch(const Picture &depth, const Picture &weight, const Matrix4 &viewmat, const Matrix3 &K, int stride) {
        const View view = view_from(depth, weight, viewmat, K);
        const nb::gil_scoped_release unlocked;
        volume_.touch(view, std::max(stride, 1));
    }

    void integrate(const Picture &depth, const Picture &weight, const Matrix4 &viewmat, const Matrix3 &K) {
        const View view = view_from(depth, weight, viewmat, K);
        const nb::gil_scoped_release unlocked;
        volume_.integrate(view);
    }

    nb::tuple surface(double min_weight) {
        mesh::Surface surface;
        {
            const nb::gil_scoped_release unlocked;
            surface = volume_.surface(float(min_weight));
        }
        const std::size_t num_vertices = surface.vertices.size() / 3, num_triangles = surface.triangles.size() / 3;
        return nb::make_tuple(array_out(std::move(surface.vertices), {num_vertices, 3}),
                              array_out(std::move(surface.triangles), {num_triangles, 3}));
    }

    nb::tuple state() const {
        std::vector<std::int32_t> places;
        std::vector<float> sums, weights;
        for (const Block &block : volume_.blocks()) {
            places.insert(places.end(), block.place.begin(), block.place.end());
            sums.insert(sums.end(), block.sum, block.sum + mesh::kSamples);
            weights.insert(weights.end(), block.weight, block.weight + mesh::kSamples);
        }
        const std::size_t count = volume_.blocks().size(), side = mesh::kSide;
        return nb::make_tuple(array_out(std::move(places), {count, 3}), array_out(std::move(sums), {count, side, side, side}),
                              array_out(std::move(weights), {count, side, side, side}));
    }

    std::size_t num_blocks() const { return volume_.blocks().size(); }

private:
    Volume volume_;
};

} // namespace

void bind_mesh(nb::module_ &m) {
    nb::class_<PyVolume>(m, "Volume", "A block-sparse distance field; see reelscape.mesh.volume.")
        .def(nb::init<const Corner &, double, const Counts &, double, int>())
        .def("touch", &PyVolume::touch)
        .def("integrate", &PyVolume::integrate)
        .def("surface", &PyVolume::surface)
        .def("state", &PyVolume::state)
        .def_prop_ro("num_blocks", &PyVolume::num_blocks);
}

} // namespace reelscape

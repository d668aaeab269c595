// The kernel's Python face. Arguments are checked in reelscape/splat/kernel.py; here only what memory safety needs.
#include "splat.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace nb = nanobind;

namespace reelscape {
namespace {

using splat::Camera;
using splat::Parameters;
using splat::Splats;
using splat::Step;
using splat::Target;

using BlocksIn = nb::ndarray<const float, nb::shape<-1, -1, kLanes>, nb::c_contig, nb::device::cpu>;
using Matrix4 = nb::ndarray<const double, nb::shape<4, 4>, nb::c_contig, nb::device::cpu>;
using Matrix3 = nb::ndarray<const double, nb::shape<3, 3>, nb::c_contig, nb::device::cpu>;
using Picture = nb::ndarray<const std::uint8_t, nb::shape<-1, -1, 3>, nb::c_contig, nb::device::cpu>;
using ImageOut = nb::ndarray<float, nb::shape<-1, -1, 3>, nb::c_contig, nb::device::cpu>;
using AlphaOut = nb::ndarray<float, nb::shape<-1, -1>, nb::c_contig, nb::device::cpu>;
using Sources = nb::ndarray<const std::uint32_t, nb::shape<-1>, nb::c_contig, nb::device::cpu>;
using Flags = nb::ndarray<const bool, nb::shape<-1>, nb::c_contig, nb::device::cpu>;
using Shapes = nb::ndarray<const float, nb::shape<-1, splat::kShapeRows>, nb::c_contig, nb::device::cpu>;
using RowsOut = nb::ndarray<float, nb::shape<-1, -1>, nb::c_contig, nb::device::cpu>;
using ExposureIn = nb::ndarray<const float, nb::shape<2, 3>, nb::c_contig, nb::device::cpu>;
using WeightsOut = nb::ndarray<float, nb::shape<-1>, nb::c_contig, nb::device::cpu>;
using Vector3 = nb::ndarray<const float, nb::shape<3>, nb::c_contig, nb::device::cpu>;

void require(bool condition, const char *message) {
    if (!condition) throw std::invalid_argument(message);
}

Camera camera_from(const Matrix4 &viewmat, const Matrix3 &K, int width, int height) {
    Camera camera;
    for (int i = 0; i < 3; ++i) {
        for (int j = 0; j < 3; ++j) camera.R[i][j] = float(viewmat(i, j));
        camera.t[i] = float(viewmat(i, 3));
    }
    for (int i = 0; i < 3; ++i)
        camera.centre[i] =
            float(-(viewmat(0, i) * viewmat(0, 3) + viewmat(1, i) * viewmat(1, 3) + viewmat(2, i) * viewmat(2, 3)));
    const double fx = K(0, 0), fy = K(1, 1), cx = K(0, 2), cy = K(1, 2);
    camera.fx = float(fx);
    camera.fy = float(fy);
    camera.cx = float(cx);
    camera.cy = float(cy);
    camera.width = width;
    camera.height = height;
    // The image's borders in x/z, and 30 % of half the field of view beyond.
    const double margin_x = 0.15 * width / fx, margin_y = 0.15 * height / fy;
    camera.x_low = float(-cx / fx - margin_x);
    camera.x_high = float((width - cx) / fx + margin_x);
    camera.y_low = float(-cy / fy - margin_y);
    camera.y_high = float((height - cy) / fy + margin_y);
    return camera;
}

Target target_from(const Picture &picture, const ExposureIn &exposure) {
    Target target{picture.data(), {}};
    for (int c = 0; c < 3; ++c) {
        target.exposure.gain[c] = exposure(0, c);
        target.exposure.bias[c] = exposure(1, c);
    }
    return target;
}

Parameters empty_parameters(int count, int degree) {
    require(degree >= 0 && degree <= 3, "sh_degree must be 0..3");
    require(count >= 0, "count must not be negative");
    Parameters parameters;
    parameters.count = count;
    parameters.blocks = count / kLanes + (count % kLanes != 0);
    parameters.rows = splat::kSh + 3 * (degree + 1) * (degree + 1);
    const std::size_t size = parameters.block(parameters.blocks);
    for (Floats *part : {&parameters.values, &parameters.first, &parameters.second}) part->assign(size, 0.0f);
    return parameters;
}

nb::object blocks_out(Floats &&values, int rows) {
    auto *owned = new Floats(std::move(values));
    const nb::capsule owner(owned, [](void *p) noexcept { delete static_cast<Floats *>(p); });
    const std::size_t blocks = owned->size() / (std::size_t(rows) * kLanes);
    return nb::cast(nb::ndarray<nb::numpy, float, nb::ndim<3>>(owned->data(), {blocks, std::size_t(rows), kLanes}, owner));
}

// A model with its number of rows, which is all that the bindings need to know of it.
class PySplats {
public:
    PySplats(int count, int degree, int num_threads)
        : rows_(splat::kSh + 3 * (degree + 1) * (degree + 1)), degree_(degree),
          splats_(empty_parameters(count, degree), std::clamp(num_threads, 1, 256)) {}

    void render(const Matrix4 &viewmat, const Matrix3 &K, int degree, const Vector3 &background, ImageOut image,
                AlphaOut alpha) {
        require(image.shape(0) == alpha.shape(0) && image.shape(1) == alpha.shape(1), "image and alpha differ in size");
        const Camera camera = checked_camera(viewmat, K, image.shape(1), image.shape(0), degree);
        const nb::gil_scoped_release unlocked;
        splats_.render(camera, degree, background.data(), image.data(), alpha.data());
    }

    void render_depth(const Matrix4 &viewmat, const Matrix3 &K, AlphaOut depth) {
        const Camera camera = checked_camera(viewmat, K, depth.shape(1), depth.shape(0), 0);
        const nb::gil_scoped_release unlocked;
        splats_.render_depth(camera, depth.data());
    }

    void add_pixel_weights(const Matrix4 &viewmat, const Matrix3 &K, int width, int height, WeightsOut weights) {
        require(width >= 1 && height >= 1, "image sides must be 1..32768 pixels");
        require(weights.size() == std::size_t(splats_.count()), "weights must be [N]");
        const Camera camera = checked_camera(viewmat, K, std::size_t(width), std::size_t(height), 0);
        const nb::gil_scoped_release unlocked;
        splats_.add_pixel_weights(camera, weights.data());
    }

    double train_step(const Matrix4 &viewmat, const Matrix3 &K, const Picture &picture, const ExposureIn &exposure,
                      const Step &step) {
        const Camera camera = checked_camera(viewmat, K, picture.shape(1), picture.shape(0), step.sh_degree);
        const Target target = target_from(picture, exposure);
        const nb::gil_scoped_release unlocked;
        return splats_.train_step(camera, target, step);
    }

    std::pair<double, nb::object> loss_and_gradients(const Matrix4 &viewmat, const Matrix3 &K, const Picture &picture,
                                                     const ExposureIn &exposure, const Step &step) {
        const Camera camera = checked_camera(viewmat, K, picture.shape(1), picture.shape(0), step.sh_degree);
        const Target target = target_from(picture, exposure);
        Floats gradient;
        double loss;
        {
            const nb::gil_scoped_release unlocked;
            loss = splats_.loss_and_gradients(camera, target, step, gradient);
        }
        return {loss, blocks_out(std::move(gradient), rows_)};
    }

    void add_noise(const Step &step) {
        const nb::gil_scoped_release unlocked;
        splats_.add_noise(step);
    }

    // Values (0), first (1) and second moments (2) go in one by one: each may take a hundred megabytes.
    void set_part(int which, const BlocksIn &blocks) {
        require(which >= 0 && which < splat::kParts, "there are parts 0, 1 and 2");
        require(int(blocks.shape(1)) == rows_ && splats_.part_size() == blocks.size(), "blocks do not match the model");
        splats_.set_part(which, blocks.data());
    }

    void copy_rows(int which, int first_row, RowsOut out) {
        require(which >= 0 && which < splat::kParts, "there are parts 0, 1 and 2");
        require(first_row >= 0 && first_row <= rows_ && out.shape(1) <= std::size_t(rows_ - first_row), "no such rows");
        require(out.shape(0) == std::size_t(splats_.count()), "out must have a row per gaussian");
        const nb::gil_scoped_release unlocked;
        splats_.copy_rows(which, first_row, int(out.shape(1)), out.data());
    }

    PySplats *rearranged(const Sources &sources, const Flags &is_changed, const Shapes &shapes) {
        const std::size_t count = sources.size();
        require(count < (1u << 28) && is_changed.size() == count && shapes.shape(0) == count, "lengths differ");
        const auto is_known = [&](std::uint32_t source) { return source < std::uint32_t(splats_.count()); };
        require(std::all_of(sources.data(), sources.data() + count, is_known), "a source is beyond the model");
        const nb::gil_scoped_release unlocked;
        Parameters parameters = splats_.rearranged({int(count), sources.data(), is_changed.data(), shapes.data()});
        return new PySplats(std::move(parameters), degree_, splats_.num_threads());
    }

    nb::tuple phase_seconds() const {
        const double *s = splats_.phase_seconds();
        return nb::make_tuple(s[0], s[1], s[2], s[3], s[4], s[5]);
    }

    nb::list color_sums() const {
        nb::list channels;
        for (int c = 0; c < 3; ++c) {
            const splat::ColorSums &s = splats_.color_sums()[c];
            channels.append(nb::make_tuple(s.count, s.render, s.target, s.render_render, s.render_target));
        }
        return channels;
    }

    std::size_t num_visible() const { return splats_.num_visible(); }
    std::size_t num_pairs() const { return splats_.num_pairs(); }

private:
    PySplats(Parameters parameters, int degree, int num_threads)
        : rows_(parameters.rows), degree_(degree), splats_(std::move(parameters), num_threads) {}

    Camera checked_camera(const Matrix4 &viewmat, const Matrix3 &K, std::size_t width, std::size_t height, int degree) const {
        require(degree >= 0 && degree <= degree_, "sh_degree is beyond the model's");
        require(width >= 1 && height >= 1 && width <= 32768 && height <= 32768, "image sides must be 1..32768 pixels");
        return camera_from(viewmat, K, int(width), int(height));
    }

    int rows_, degree_;
    Splats splats_;
};

void bind_step(nb::module_ &m) {
    nb::class_<Step>(m, "Step", "Settings of one training step; fields as in StepSettings.")
        .def(nb::init<>())
        .def_rw("step", &Step::step)
        .def_rw("sh_degree", &Step::sh_degree)
        .def_rw("lr_means", &Step::lr_means)
        .def_rw("lr_quats", &Step::lr_quats)
        .def_rw("lr_scales", &Step::lr_scales)
        .def_rw("lr_opacities", &Step::lr_opacities)
        .def_rw("lr_sh0", &Step::lr_sh0)
        .def_rw("lr_shN", &Step::lr_shN)
        .def_rw("ssim_weight", &Step::ssim_weight)
        .def_rw("opacity_reg", &Step::opacity_reg)
        .def_rw("scale_reg", &Step::scale_reg)
        .def_rw("noise_lr", &Step::noise_lr)
        .def_rw("beta1", &Step::beta1)
        .def_rw("beta2", &Step::beta2)
        .def_rw("seed", &Step::seed);
}

} // namespace

void bind_splat(nb::module_ &m) {
    bind_step(m);
    nb::class_<PySplats>(m, "Splats", "Gaussians in blocks of eight with Adam's moments; see reelscape.splat.kernel.")
        .def(nb::init<int, int, int>())
        .def("render", &PySplats::render)
        .def("render_depth", &PySplats::render_depth)
        .def("add_pixel_weights", &PySplats::add_pixel_weights)
        .def("train_step", &PySplats::train_step)
        .def("loss_and_gradients", &PySplats::loss_and_gradients)
        .def("add_noise", &PySplats::add_noise)
        .def("set_part", &PySplats::set_part)
        .def("copy_rows", &PySplats::copy_rows)
        .def("rearranged", &PySplats::rearranged)
        .def("phase_seconds", &PySplats::phase_seconds)
        .def("color_sums", &PySplats::color_sums)
        .def_prop_ro("num_visible", &PySplats::num_visible)
        .def_prop_ro("num_pairs", &PySplats::num_pairs);
}

} // namespace reelscape

// The order of a step, and the model's buffers.
#include "splat.hpp"

#include <algorithm>
#include <ctime>

namespace reelscape::splat {
namespace {

double cpu_seconds() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

constexpr float kBlack[3] = {0, 0, 0};

} // namespace

Splats::Splats(Parameters parameters, int num_threads) : parameters_(std::move(parameters)), pool_(num_threads) {}

void Splats::timed(Phase phase, const std::function<void()> &work) {
    const double start = cpu_seconds();
    work();
    phase_s_[phase] += cpu_seconds() - start;
}

void Splats::project_and_sort(const Camera &camera, int degree) {
    timed(kProject, [&] { project(parameters_, camera, degree, projection_, pool_); });
    timed(kSort, [&] { build_tile_lists(projection_, lists_, pool_); });
}

void Splats::forward(const Camera &camera, int degree, const float background[3]) {
    project_and_sort(camera, degree);
    image_.resize(4, camera.width, camera.height);
    timed(kForward, [&] { composite(projection_, lists_, background, image_, row_ends_, pool_); });
}

double Splats::loss_and_backward(const Camera &camera, const Target &target, const Step &step) {
    forward(camera, step.sh_degree, kBlack);
    double loss = 0;
    timed(kLoss, [&] { loss = image_loss(image_, target, step.ssim_weight, gradient_, loss_, pool_); });
    timed(kBackward, [&] { composite_backward(projection_, lists_, image_, gradient_, row_ends_, moments_, pool_); });
    double opacity = 0, scale = 0;
    for (const auto &chunk : projection_.chunks) {
        opacity += chunk.opacity_sum;
        scale += chunk.scale_sum;
    }
    const double count = std::max(1, parameters_.count);
    return loss + step.opacity_reg * opacity / count + step.scale_reg * scale / (3.0 * count);
}

void Splats::render(const Camera &camera, int degree, const float background[3], float *image, float *alpha) {
    std::lock_guard<std::mutex> lock(mutex_);
    forward(camera, degree, background);
    for (int y = 0; y < camera.height; ++y) {
        for (int c = 0; c < 3; ++c) {
            const float *row = image_.row(c, y);
            for (int x = 0; x < camera.width; ++x) image[3 * x + c] = row[x];
        }
        const float *transmittance = image_.row(3, y);
        for (int x = 0; x < camera.width; ++x) alpha[x] = 1.0f - transmittance[x];
        image += 3 * std::size_t(camera.width);
        alpha += camera.width;
    }
}

void Splats::render_depth(const Camera &camera, float *depth) {
    std::lock_guard<std::mutex> lock(mutex_);
    project_and_sort(camera, 0);
    timed(kForward, [&] { median_depth(parameters_, camera, projection_, lists_, depth, pool_); });
}

void Splats::add_pixel_weights(const Camera &camera, float *weights) {
    std::lock_guard<std::mutex> lock(mutex_);
    project_and_sort(camera, 0);
    timed(kForward, [&] { pixel_weights(camera, projection_, lists_, weights, pool_); });
}

double Splats::train_step(const Camera &camera, const Target &target, const Step &step) {
    std::lock_guard<std::mutex> lock(mutex_);
    const double loss = loss_and_backward(camera, target, step);
    timed(kUpdate, [&] { update(parameters_, camera, step, projection_, moments_, pool_); });
    return loss;
}

double Splats::loss_and_gradients(const Camera &camera, const Target &target, const Step &step, Floats &gradient) {
    std::lock_guard<std::mutex> lock(mutex_);
    const double loss = loss_and_backward(camera, target, step);
    gradients(parameters_, camera, step, projection_, moments_, gradient, pool_);
    return loss;
}

void Splats::add_noise(const Step &step) {
    std::lock_guard<std::mutex> lock(mutex_);
    splat::add_noise(parameters_, step, pool_);
}

void Splats::set_part(int which, const float *blocks) {
    std::lock_guard<std::mutex> lock(mutex_);
    std::copy(blocks, blocks + part_size(), parameters_.part(which).begin());
}

void Splats::copy_rows(int which, int first_row, int num_rows, float *out) {
    std::lock_guard<std::mutex> lock(mutex_);
    splat::copy_rows(parameters_, parameters_.part(which), first_row, num_rows, out, pool_);
}

Parameters Splats::rearranged(const Arrangement &arrangement) {
    std::lock_guard<std::mutex> lock(mutex_);
    return splat::rearranged(parameters_, arrangement, pool_);
}

} // namespace reelscape::splat

// Gaussian splatting on the CPU: what the parts of the kernel share.
//
// A step goes: project (splat_project.cpp) -> sort into tile lists (splat_tiles.cpp) -> composite the tiles
// (splat_raster.cpp) -> L1 + D-SSIM and its gradient (splat_loss.cpp) -> tiles backward (splat_raster.cpp) -> projection
// backward and Adam (splat_update.cpp). src/reelscape/splat/twin.py is the same in plain numpy.
//
// Parameters lie in blocks of eight gaussians, [blocks][rows][8]: one row of a block is one SIMD register. Results do not
// depend on the number of threads: work is cut into pieces of fixed size, and every sum runs in a fixed order.
#pragma once
#include "simd.hpp"
#include "threads.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace reelscape::splat {

// Rows of a parameter block; the spherical harmonics follow as [K][3].
enum Row { kMean = 0, kQuat = 3, kScale = 7, kOpacity = 10, kSh = 11 };

constexpr int kTile = 32;              // pixels along a tile's side
constexpr int kTileStride = kTile + 8; // a row of a tile's buffers: eight-pixel chunks may run over its end
constexpr int kRetireEvery = 32;       // gaussians between two checks for opaque rows
constexpr float kRetireBelow = 1e-4f;  // a row is done when all its transmittances are below this
constexpr int kChunkBlocks = 64;       // blocks of one piece of per-gaussian work
constexpr int kChunk = kChunkBlocks * kLanes;

constexpr float kNear = 0.01f;
constexpr float kDilation = 0.1f; // px^2, added to the diagonal of the 2D covariance
constexpr float kMaxAlpha = 0.999f;
constexpr float kMinAlpha = 1.0f / 255.0f;
constexpr float kLog2e = 1.44269504f;

struct Camera {
    float R[3][3], t[3];           // world to camera
    float fx, fy, cx, cy;          // pixels, pixel centres at +0.5
    float centre[3];               // world
    float x_low, x_high, y_low, y_high; // limits of x/z and y/z in the Jacobian
    int width, height;
};

// Settings of one training step; Python's StepSettings mirrors the fields.
struct Step {
    int step = 1;      // 1-based, for Adam's bias correction
    int sh_degree = 0; // active degree
    float lr_means = 0, lr_quats = 0, lr_scales = 0, lr_opacities = 0, lr_sh0 = 0, lr_shN = 0;
    float ssim_weight = 0.2f, opacity_reg = 0, scale_reg = 0;
    float noise_lr = 0;
    float beta1 = 0.9f, beta2 = 0.999f; // Adam's
    std::uint32_t seed = 0;
};

// A gaussian as the tiles see it. alpha(x, y) = 2^(peak - a (x - xc)^2 - k dy^2) with dy = y - cy, xc = cx + slope dy:
// the conic in its Cholesky form, a sum of squares that cannot cancel.
struct alignas(64) Record {
    float cx, cy, slope, a, k, peak;
    float inverse_a;
    float half_width, half_height; // of the ellipse alpha = 1/255
    float rgb[3];
    float depth;
};

// Where a gaussian's tile pairs lie within its chunk; count 0 means that it is not visible.
struct Pairs {
    std::uint32_t first, count;
};

struct TileEntry {
    std::uint32_t gaussian, pair;
};

// Per pair: the gradient's moments. v = dL/d(ln alpha), d = x - xc.
enum Moment { kV, kVd, kVdd, kVdy, kVddy, kVdydy, kRed, kGreen, kBlue, kMoments = 12 };

// Planes of floats whose rows have at least eight zeros before and after the pixels.
class Planes {
public:
    void resize(int count, int width, int height);
    float *row(int plane, int y) { return data_.data() + (std::size_t(plane) * height_ + y) * stride_ + 8; }
    const float *row(int plane, int y) const { return const_cast<Planes *>(this)->row(plane, y); }
    int width() const { return width_; }
    int height() const { return height_; }
    int stride() const { return stride_; }

private:
    int width_ = 0, height_ = 0, stride_ = 0;
    Floats data_;
};

constexpr int kParts = 3;

struct Parameters {
    int count = 0, blocks = 0, rows = 0;
    Floats values, first, second; // [blocks][rows][8]: parameters, Adam's moments
    Floats &part(int which) { return which == 0 ? values : which == 1 ? first : second; }
    std::size_t block(int b) const { return std::size_t(b) * rows * kLanes; }
};

// What projection leaves behind: records, and per chunk of gaussians the visible ones and their tiles.
struct Projection {
    struct Chunk {
        std::vector<std::uint32_t> visible, tiles;
        std::uint32_t first_pair;      // over all chunks
        double opacity_sum, scale_sum; // of the activated values, for the regularisers
    };
    AlignedVector<Record> records;
    std::vector<Pairs> pairs;
    std::vector<Chunk> chunks;
    std::size_t num_visible = 0, num_pairs = 0;
    int tiles_x = 0, tiles_y = 0;

    std::uint32_t first_pair(std::uint32_t id) const { return chunks[id / kChunk].first_pair + pairs[id].first; }
};

// Tile lists, front to back.
struct TileLists {
    std::vector<TileEntry> entries;
    std::vector<std::uint32_t> starts; // [tiles + 1]
    std::vector<std::uint32_t> longest_first; // tiles in the order to work on, so that threads end together
    // Scratch of the sort.
    std::vector<std::uint32_t> keys[2], order[2], counts;
};

// How many list entries each row of each tile composited before it was retired.
using RowEnds = std::vector<std::uint32_t>;

void project(const Parameters &parameters, const Camera &camera, int degree, Projection &out, ThreadPool &pool);

void build_tile_lists(const Projection &projection, TileLists &out, ThreadPool &pool);

// image: 4 planes red, green, blue, remaining transmittance.
void composite(const Projection &projection, const TileLists &lists, const float background[3], Planes &image,
               RowEnds &row_ends, ThreadPool &pool);

// gradient: 3 planes dL/dimage; moments: [pairs][kMoments], all written.
void composite_backward(const Projection &projection, const TileLists &lists, const Planes &image,
                        const Planes &gradient, const RowEnds &row_ends, Floats &moments, ThreadPool &pool);

// depth: [height, width], along the camera's axis; 0 where the gaussians cover less than half of a pixel.
void median_depth(const Parameters &parameters, const Camera &camera, const Projection &projection,
                  const TileLists &lists, float *depth, ThreadPool &pool);

// Adds to weights [count] what each gaussian makes up of the picture, in pixels: the sum of its blending weights.
void pixel_weights(const Camera &camera, const Projection &projection, const TileLists &lists, float *weights,
                   ThreadPool &pool);

// How a picture's camera rendered the scene's colours: picture = gain * scene + bias, per channel, in 0..1.
struct Exposure {
    float gain[3] = {1, 1, 1}, bias[3] = {0, 0, 0};
};

// A picture and its exposure. The loss compares renders with (pixels / 255 - bias) / gain, the scene's own colours.
struct Target {
    const std::uint8_t *pixels; // [H, W, 3]
    Exposure exposure;
};

// Sums over pixels of one channel, for a regression of the target (as compared) on the render.
struct ColorSums {
    double count = 0, render = 0, target = 0, render_render = 0, render_target = 0;
    void add(const ColorSums &other) {
        count += other.count;
        render += other.render;
        target += other.target;
        render_render += other.render_render;
        render_target += other.render_target;
    }
};

struct LossBuffers {
    Planes maps; // nine planes: three SSIM derivatives for each channel
    std::vector<double> partial;
    std::vector<ColorSums> partial_sums;
    ColorSums sums[3]; // by channel, of the last loss; pixels near black and white are left out, their colours are clipped
};

// (1 - w) L1 + w (1 - SSIM) of the three colour planes against the target, and its gradient.
double image_loss(const Planes &image, const Target &target, float ssim_weight, Planes &gradient, LossBuffers &buffers,
                  ThreadPool &pool);

// Projection backward, then Adam and MCMC noise on the gaussians in view.
void update(Parameters &parameters, const Camera &camera, const Step &step, const Projection &projection,
            const Floats &moments, ThreadPool &pool);

// The same gradients written out, [blocks][rows][8].
void gradients(const Parameters &parameters, const Camera &camera, const Step &step, const Projection &projection,
               const Floats &moments, Floats &out, ThreadPool &pool);

// MCMC noise alone, on all gaussians.
void add_noise(Parameters &parameters, const Step &step, ThreadPool &pool);

// Copies rows of the blocks (of the parameters or a moment) out as [count, num_rows].
void copy_rows(const Parameters &parameters, const Floats &blocks, int first_row, int num_rows, float *out, ThreadPool &pool);

// A model made of another's gaussians, with log scales and opacity logits of its own.
constexpr int kShapeRows = 4;
struct Arrangement {
    int count;
    const std::uint32_t *sources; // [count] in the other model
    const bool *is_changed;       // [count] whose moments become zero
    const float *shapes;          // [count, kShapeRows]
};
Parameters rearranged(const Parameters &parameters, const Arrangement &arrangement, ThreadPool &pool);

// CPU seconds of all threads by phase.
enum Phase { kProject, kSort, kForward, kLoss, kBackward, kUpdate, kPhases };

// A model and the buffers of its steps. Calls from several threads take turns.
class Splats {
public:
    Splats(Parameters parameters, int num_threads);

    void render(const Camera &camera, int degree, const float background[3], float *image, float *alpha);
    void render_depth(const Camera &camera, float *depth);
    void add_pixel_weights(const Camera &camera, float *weights);
    double train_step(const Camera &camera, const Target &target, const Step &step);
    double loss_and_gradients(const Camera &camera, const Target &target, const Step &step, Floats &gradient);
    void add_noise(const Step &step);

    // Which part: 0 the parameters, 1 and 2 Adam's moments.
    std::size_t part_size() const { return parameters_.values.size(); }
    void set_part(int which, const float *blocks);
    void copy_rows(int which, int first_row, int num_rows, float *out);
    Parameters rearranged(const Arrangement &arrangement);
    int count() const { return parameters_.count; }
    int num_threads() const { return pool_.num_threads(); }
    std::size_t num_visible() const { return projection_.num_visible; }
    std::size_t num_pairs() const { return projection_.num_pairs; }
    const double *phase_seconds() const { return phase_s_; }
    const ColorSums *color_sums() const { return loss_.sums; }

private:
    void project_and_sort(const Camera &camera, int degree);
    void forward(const Camera &camera, int degree, const float background[3]);
    double loss_and_backward(const Camera &camera, const Target &target, const Step &step);
    void timed(Phase phase, const std::function<void()> &work);

    Parameters parameters_;
    ThreadPool pool_;
    std::mutex mutex_;
    Projection projection_;
    TileLists lists_;
    Planes image_, gradient_;
    RowEnds row_ends_;
    Floats moments_;
    LossBuffers loss_;
    double phase_s_[kPhases] = {};
};

} // namespace reelscape::splat

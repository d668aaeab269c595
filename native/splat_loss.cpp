// L1 + D-SSIM and its gradient. SSIM after Wang et al. 2004: Gaussian window of 11 pixels with sigma 1.5, zeros outside the
// image, C1 = 0.01^2, C2 = 0.03^2. Convolutions are separable and stream through bands of rows.
#include "splat.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace reelscape::splat {
namespace {

constexpr int kRadius = 5, kTaps = 2 * kRadius + 1, kBandRows = 64, kPad = 8;
constexpr float kC1 = 0.01f * 0.01f, kC2 = 0.03f * 0.03f;
// exp(-i^2 / (2 * 1.5^2)) for i = 0..5, normalised over the window.
constexpr float kWindow[kRadius + 1] = {0.266011725f,   0.213005538f,   0.109360690f,
                                        0.0360007721f, 0.00759875814f, 0.00102838008f};

int padded_width(int width) { return (width + kLanes - 1) / kLanes * kLanes; }

// A row with zeros on both sides.
struct PaddedRow {
    Floats data;
    explicit PaddedRow(int width) : data(padded_width(width) + 2 * kPad, 0.0f) {}
    float *pixels() { return data.data() + kPad; }
};

REELSCAPE_INLINE f8 blur_along_row(const float *p) {
    f8 total = kWindow[0] * load(p);
    for (int i = 1; i <= kRadius; ++i) total += kWindow[i] * (load(p - i) + load(p + i));
    return total;
}

// The last eleven row-blurred rows of `Maps` maps.
template <int Maps> struct Ring {
    int width;
    Floats data;
    explicit Ring(int w) : width(padded_width(w)), data(std::size_t(kTaps) * Maps * width, 0.0f) {}
    float *row(int y, int map) { return data.data() + (std::size_t((y + kTaps) % kTaps) * Maps + map) * width; }
    void clear(int y) { std::fill_n(row(y, 0), std::size_t(Maps) * width, 0.0f); }
};

// The rows of one map around an output row.
struct Column {
    const float *rows[kTaps];
    template <int Maps> Column(Ring<Maps> &ring, int y, int map) {
        for (int i = 0; i < kTaps; ++i) rows[i] = ring.row(y + i - kRadius, map);
    }
    REELSCAPE_INLINE f8 blur(int x) const {
        f8 total = kWindow[0] * load(rows[kRadius] + x);
        for (int i = 1; i <= kRadius; ++i) total += kWindow[i] * (load(rows[kRadius - i] + x) + load(rows[kRadius + i] + x));
        return total;
    }
};

void load_target(const Target &target, int width, int y, int channel, float *out) {
    const std::uint8_t *row = target.pixels + std::size_t(y) * width * 3 + channel;
    const float gain = target.exposure.gain[channel], bias = target.exposure.bias[channel];
    const float scale = 1.0f / 255.0f / gain, offset = -bias / gain;
    for (int x = 0; x < width; ++x) out[x] = float(row[3 * x]) * scale + offset;
}

// One band of one channel.
struct Band {
    int channel, first, end;
};

Band band_of(int index, int height) {
    const int first = index / 3 * kBandRows;
    return {index % 3, first, std::min(height, first + kBandRows)};
}

// Goes down a band with the blurred rows around it in `ring`: fills each row of the ring (zeros beyond the picture), and
// finishes each row of the band once its neighbours are there; returns the sum of what finishing gave.
template <int Maps, class Fill, class Finish>
double sweep(const Band &band, int height, Ring<Maps> &ring, const Fill &fill, const Finish &finish) {
    double total = 0;
    for (int y = band.first - kRadius; y < band.end + kRadius; ++y) {
        if (y < 0 || y >= height)
            ring.clear(y);
        else
            fill(y);
        if (y - kRadius >= band.first) total += finish(y - kRadius);
    }
    return total;
}

// The SSIM of eight pixels, and its derivatives by the blurred maps: mean of x, E[x^2], E[x y].
struct Ssim {
    f8 value, by_mean, by_square, by_product;
};

REELSCAPE_INLINE Ssim ssim_of(f8 mean_x, f8 mean_y, f8 squares, f8 product) {
    const f8 mean_squares = mean_x * mean_x + mean_y * mean_y, mean_product = mean_x * mean_y;
    const f8 n1 = 2.0f * mean_product + kC1, n2 = 2.0f * (product - mean_product) + kC2;
    const f8 d1 = mean_squares + kC1, d2 = squares - mean_squares + kC2;
    const f8 inverse = 1.0f / (d1 * d2);
    Ssim s;
    s.value = n1 * n2 * inverse;
    s.by_product = 2.0f * n1 * inverse;
    s.by_square = -s.value * d1 * inverse;
    s.by_mean = 2.0f * mean_y * n2 * inverse - 2.0f * mean_x * s.value * d2 * inverse - mean_y * s.by_product -
                2.0f * mean_x * s.by_square;
    return s;
}

// Sum of the SSIM over a band; leaves the derivatives in `maps`.
class SsimBand {
public:
    SsimBand(const Planes &image, const Target &target, Planes &maps)
        : image_(image), target_(target), maps_(maps), y_(image.width()), squares_(image.width()),
          product_(image.width()), ring_(image.width()) {}

    double run(const Band &band) {
        return sweep(band, image_.height(), ring_, [&](int y) { blur_row(band.channel, y); },
                     [&](int y) { return derivatives(band.channel, y); });
    }

private:
    void blur_row(int channel, int y) {
        const int width = image_.width();
        const float *x_row = image_.row(channel, y);
        float *y_row = y_.pixels(), *squares = squares_.pixels(), *product = product_.pixels();
        load_target(target_, width, y, channel, y_row);
        for (int i = 0; i < width; i += kLanes) {
            const f8 a = load(x_row + i), b = load(y_row + i);
            store(squares + i, a * a + b * b);
            store(product + i, a * b);
        }
        const float *maps[4] = {x_row, y_row, squares, product};
        for (int m = 0; m < 4; ++m) {
            float *out = ring_.row(y, m);
            for (int i = 0; i < width; i += kLanes) store(out + i, blur_along_row(maps[m] + i));
        }
    }

    double derivatives(int channel, int y) {
        const Column mean_x(ring_, y, 0), mean_y(ring_, y, 1), squares(ring_, y, 2), product(ring_, y, 3);
        float *by_mean = maps_.row(3 * channel, y), *by_square = maps_.row(3 * channel + 1, y);
        float *by_product = maps_.row(3 * channel + 2, y);
        f8 total = broadcast(0);
        for (int x = 0; x < image_.width(); x += kLanes) {
            const Ssim s = ssim_of(mean_x.blur(x), mean_y.blur(x), squares.blur(x), product.blur(x));
            const i8 inside = iota_int() + x < image_.width();
            total += select(inside, s.value, broadcast(0));
            store(by_mean + x, select(inside, s.by_mean, broadcast(0)));
            store(by_square + x, select(inside, s.by_square, broadcast(0)));
            store(by_product + x, select(inside, s.by_product, broadcast(0)));
        }
        return sum(total);
    }

    const Planes &image_;
    const Target &target_;
    Planes &maps_;
    PaddedRow y_, squares_, product_;
    Ring<4> ring_;
};

// Eight running sums of each term of ColorSums, over the pixels whose picture lies between two limits.
class ColorSumLanes {
public:
    ColorSumLanes(const Exposure &exposure, int channel)
        : low_((kDarkest - exposure.bias[channel]) / exposure.gain[channel]),
          high_((kBrightest - exposure.bias[channel]) / exposure.gain[channel]) {}
    REELSCAPE_INLINE void add(f8 render, f8 target, i8 inside) {
        const i8 used = inside & (target > low_) & (target < high_);
        const f8 x = select(used, render, broadcast(0)), y = select(used, target, broadcast(0));
        count_ += select(used, broadcast(1), broadcast(0));
        render_ += x;
        target_ += y;
        render_render_ += x * x;
        render_target_ += x * y;
    }
    ColorSums sums() const { return {sum(count_), sum(render_), sum(target_), sum(render_render_), sum(render_target_)}; }

private:
    static constexpr float kDarkest = 4.5f / 255.0f, kBrightest = 250.5f / 255.0f;
    float low_, high_;
    f8 count_ = broadcast(0), render_ = broadcast(0), target_ = broadcast(0);
    f8 render_render_ = broadcast(0), render_target_ = broadcast(0);
};

// Writes the gradient of a band, l1 sign(x - y) + ssim dSSIM/dx; returns its sum of absolute differences.
class GradientBand {
public:
    GradientBand(const Planes &image, const Target &target, const Planes &maps, Planes &gradient, float l1, float ssim)
        : image_(image), target_(target), maps_(maps), gradient_(gradient), l1_(l1), ssim_(ssim), y_(image.width()),
          ring_(image.width()) {}

    double run(const Band &band) {
        return sweep(band, image_.height(), ring_, [&](int y) { blur_row(band.channel, y); },
                     [&](int y) { return combine(band.channel, y); });
    }
    const ColorSums &sums() const { return sums_; }

private:
    void blur_row(int channel, int y) {
        for (int m = 0; m < 3; ++m) {
            const float *in = maps_.row(3 * channel + m, y);
            float *out = ring_.row(y, m);
            for (int x = 0; x < image_.width(); x += kLanes) store(out + x, blur_along_row(in + x));
        }
    }

    double combine(int channel, int y) {
        const Column by_mean(ring_, y, 0), by_square(ring_, y, 1), by_product(ring_, y, 2);
        const float *x_row = image_.row(channel, y);
        float *y_row = y_.pixels(), *out = gradient_.row(channel, y);
        load_target(target_, image_.width(), y, channel, y_row);
        ColorSumLanes colors(target_.exposure, channel);
        f8 total = broadcast(0);
        for (int x = 0; x < image_.width(); x += kLanes) {
            const f8 a = load(x_row + x), b = load(y_row + x), difference = a - b;
            const f8 ssim = by_mean.blur(x) + 2.0f * a * by_square.blur(x) + b * by_product.blur(x);
            const f8 sign = select(difference > 0.0f, broadcast(l1_), select(difference < 0.0f, broadcast(-l1_), broadcast(0)));
            const i8 inside = iota_int() + x < image_.width();
            total += select(inside, abs(difference), broadcast(0));
            colors.add(a, b, inside);
            store(out + x, select(inside, sign + ssim_ * ssim, broadcast(0)));
        }
        sums_.add(colors.sums());
        return sum(total);
    }

    const Planes &image_;
    const Target &target_;
    const Planes &maps_;
    Planes &gradient_;
    float l1_, ssim_;
    PaddedRow y_;
    Ring<3> ring_;
    ColorSums sums_;
};

} // namespace

void Planes::resize(int count, int width, int height) {
    const int stride = padded_width(width) + 2 * kPad;
    if (width == width_ && height == height_ && data_.size() == std::size_t(count) * height * stride) return;
    width_ = width;
    height_ = height;
    stride_ = stride;
    data_.assign(std::size_t(count) * height * stride, 0.0f);
}

double image_loss(const Planes &image, const Target &target, float ssim_weight, Planes &gradient, LossBuffers &buffers,
                  ThreadPool &pool) {
    const int width = image.width(), height = image.height();
    const int num_bands = (height + kBandRows - 1) / kBandRows * 3;
    const double per_value = 1.0 / (3.0 * width * height);
    gradient.resize(3, width, height);
    buffers.maps.resize(9, width, height);
    buffers.partial.assign(2 * std::size_t(num_bands), 0.0);
    buffers.partial_sums.assign(num_bands, {});
    pool.for_each(num_bands, [&](int i) {
        buffers.partial[i] = SsimBand(image, target, buffers.maps).run(band_of(i, height));
    });
    const float l1 = float((1.0 - ssim_weight) * per_value), ssim = float(-ssim_weight * per_value);
    pool.for_each(num_bands, [&](int i) {
        GradientBand band(image, target, buffers.maps, gradient, l1, ssim);
        buffers.partial[num_bands + i] = band.run(band_of(i, height));
        buffers.partial_sums[i] = band.sums();
    });
    std::fill(std::begin(buffers.sums), std::end(buffers.sums), ColorSums());
    for (int i = 0; i < num_bands; ++i) buffers.sums[band_of(i, height).channel].add(buffers.partial_sums[i]);
    double ssim_sum = 0, l1_sum = 0;
    for (int i = 0; i < num_bands; ++i) {
        ssim_sum += buffers.partial[i];
        l1_sum += buffers.partial[num_bands + i];
    }
    return (1.0 - ssim_weight) * l1_sum * per_value + ssim_weight * (1.0 - ssim_sum * per_value);
}

} // namespace reelscape::splat

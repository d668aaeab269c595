// Which triangle of a mesh a camera sees in each pixel: a z-buffer of triangle numbers, to be shaded afterwards.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace nb = nanobind;
using namespace nb::literals;

namespace reelscape {
namespace {

using Vertices = nb::ndarray<const float, nb::shape<-1, 3>, nb::c_contig, nb::device::cpu>;
using Triangles = nb::ndarray<const int32_t, nb::shape<-1, 3>, nb::c_contig, nb::device::cpu>;
using View = nb::ndarray<const double, nb::shape<4, 4>, nb::c_contig, nb::device::cpu>;
using Intrinsics = nb::ndarray<const double, nb::shape<3, 3>, nb::c_contig, nb::device::cpu>;
using Numbers = nb::ndarray<int32_t, nb::shape<-1, -1>, nb::c_contig, nb::device::cpu>;
using InverseDepths = nb::ndarray<float, nb::shape<-1, -1>, nb::c_contig, nb::device::cpu>;

struct Vec {
    double x, y, z;
};
inline Vec cross(const Vec &a, const Vec &b) { return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
inline double dot(const Vec &a, const Vec &b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

// A quantity that is affine in the picture.
struct Plane {
    double a, b, c;
};

struct Camera {
    const double *view;
    double fx, fy, cx, cy;
    Vec place(const float *p) const {
        auto row = [&](int r) { return view[r] * p[0] + view[r + 1] * p[1] + view[r + 2] * p[2] + view[r + 3]; };
        return {row(0), row(4), row(8)};
    }
};

struct Buffer {
    int width, height;
    int32_t *number;
    float *inverse_z;
};

constexpr double kEdgeTolerance = 1e-6; // in barycentrics: neighbours overlap by this much, so no cracks
constexpr double kFlat = 1e-12;         // a sine: thinner triangles are seen edge-on

// Homogeneous rasterization (Olano and Greer 1997): barycentrics over z and 1/z are affine in the picture, so triangles that
// reach behind the camera need no clipping.
class Drawing {
public:
    Drawing(const Camera &camera, const Buffer &buffer, double near, bool fronts_only)
        : camera_(camera), buffer_(buffer), near_(near), fronts_only_(fronts_only) {}

    void draw(const Vec *p, int32_t number) {
        Vec normals[3] = {cross(p[1], p[2]), cross(p[2], p[0]), cross(p[0], p[1])};
        const double det = dot(p[0], normals[0]); // of a triangle that is seen counter-clockwise, negative
        const double size = std::sqrt(dot(p[0], p[0]) * dot(normals[0], normals[0]));
        if (!(std::abs(det) > kFlat * size) || (fronts_only_ && det > 0)) return; // NaN leaves here, too
        int x_begin, x_end, y_begin, y_end;
        if (!bounds(p, x_begin, x_end, y_begin, y_end)) return;
        Plane edges[3], w{0, 0, 0};
        for (int i = 0; i < 3; ++i) {
            const double a = normals[i].x / (det * camera_.fx), b = normals[i].y / (det * camera_.fy);
            edges[i] = {a, b, normals[i].z / det - a * camera_.cx - b * camera_.cy};
            w.a += edges[i].a, w.b += edges[i].b, w.c += edges[i].c;
        }
        for (auto &edge : edges)
            edge.a += kEdgeTolerance * w.a, edge.b += kEdgeTolerance * w.b, edge.c += kEdgeTolerance * w.c;
        for (int y = y_begin; y < y_end; ++y) draw_row(edges, w, y, x_begin, x_end, number);
    }

private:
    // Pixels that the triangle may cover: from its corners, or all when it reaches behind the camera.
    bool bounds(const Vec *p, int &x_begin, int &x_end, int &y_begin, int &y_end) const {
        const int behind = (p[0].z < near_) + (p[1].z < near_) + (p[2].z < near_);
        if (behind == 3) return false;
        x_begin = y_begin = 0, x_end = buffer_.width, y_end = buffer_.height;
        if (behind > 0) return true;
        double x_min = std::numeric_limits<double>::infinity(), x_max = -x_min, y_min = x_min, y_max = -x_min;
        for (int i = 0; i < 3; ++i) {
            const double x = camera_.fx * p[i].x / p[i].z + camera_.cx, y = camera_.fy * p[i].y / p[i].z + camera_.cy;
            x_min = std::min(x_min, x), x_max = std::max(x_max, x), y_min = std::min(y_min, y), y_max = std::max(y_max, y);
        }
        x_begin = pixel(x_min - 1, buffer_.width), x_end = pixel(x_max + 1, buffer_.width);
        y_begin = pixel(y_min - 1, buffer_.height), y_end = pixel(y_max + 1, buffer_.height);
        return x_begin < x_end && y_begin < y_end;
    }

    // A coordinate of any size as a pixel of the picture, 0..count.
    static int pixel(double coordinate, int count) {
        return static_cast<int>(std::min(std::max(coordinate, 0.0), static_cast<double>(count)));
    }

    // Depth test along one row, between the outermost pixel centres inside all three edges.
    void draw_row(const Plane *edges, const Plane &w, int y, int x_begin, int x_end, int32_t number) {
        const double at = y + 0.5;
        double low = x_begin + 0.5, high = x_end - 0.5;
        for (int i = 0; i < 3; ++i) {
            const double c = edges[i].b * at + edges[i].c;
            if (edges[i].a > 0) low = std::max(low, -c / edges[i].a);
            else if (edges[i].a < 0) high = std::min(high, -c / edges[i].a);
            else if (c < 0) return;
        }
        if (!(low <= high)) return;
        const int begin = static_cast<int>(std::ceil(low - 0.5)), end = static_cast<int>(std::floor(high - 0.5)) + 1;
        const size_t row = static_cast<size_t>(y) * buffer_.width;
        const double nearest = 1.0 / near_;
        for (int x = begin; x < end; ++x) {
            const double inverse_z = w.a * (x + 0.5) + w.b * at + w.c;
            if (inverse_z > buffer_.inverse_z[row + x] && inverse_z <= nearest) {
                buffer_.inverse_z[row + x] = static_cast<float>(inverse_z);
                buffer_.number[row + x] = number;
            }
        }
    }

    Camera camera_;
    Buffer buffer_;
    double near_;
    bool fronts_only_;
};

void draw_visibility(Vertices vertices, Triangles triangles, View view, Intrinsics K, double near, bool fronts_only,
                     Numbers numbers, InverseDepths inverse_depths) {
    if (numbers.shape(0) != inverse_depths.shape(0) || numbers.shape(1) != inverse_depths.shape(1))
        throw nb::value_error("both buffers must have the picture's size");
    if (numbers.shape(0) > 65536 || numbers.shape(1) > 65536 || !(near > 0)) throw nb::value_error("picture too large, or near not positive");
    if (triangles.shape(0) > static_cast<size_t>(std::numeric_limits<int32_t>::max())) throw nb::value_error("too many triangles");
    const auto num_vertices = static_cast<int64_t>(vertices.shape(0));
    for (size_t i = 0; i < triangles.size(); ++i)
        if (triangles.data()[i] < 0 || triangles.data()[i] >= num_vertices) throw nb::value_error("triangle index out of range");
    nb::gil_scoped_release released;
    const Camera camera{view.data(), K(0, 0), K(1, 1), K(0, 2), K(1, 2)};
    const Buffer buffer{static_cast<int>(numbers.shape(1)), static_cast<int>(numbers.shape(0)), numbers.data(), inverse_depths.data()};
    std::fill_n(buffer.number, numbers.size(), -1);
    std::fill_n(buffer.inverse_z, inverse_depths.size(), 0.0f);
    Drawing drawing(camera, buffer, near, fronts_only);
    for (size_t t = 0; t < triangles.shape(0); ++t) {
        const int32_t *corners = triangles.data() + 3 * t;
        Vec placed[3];
        for (int i = 0; i < 3; ++i) placed[i] = camera.place(vertices.data() + 3 * static_cast<int64_t>(corners[i]));
        drawing.draw(placed, static_cast<int32_t>(t));
    }
}

} // namespace

void bind_visibility(nb::module_ &m) {
    m.def("draw_visibility", &draw_visibility, "vertices"_a, "triangles"_a, "view"_a, "K"_a, "near"_a, "fronts_only"_a, "numbers"_a,
          "inverse_depths"_a,
          "Fills numbers with the triangle nearest to the camera in each pixel (-1: none) and inverse_depths with 1/z (0: none).");
}

} // namespace reelscape

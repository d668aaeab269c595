// The sample room's two kernels over one textured triangle mesh: pictures (z-buffered, trilinear texture filter) and rays.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "threads.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace reelscape {
namespace {

template <class T, class Shape> using In = nb::ndarray<const T, Shape, nb::c_contig, nb::device::cpu>;
using Points = In<float, nb::shape<-1, 3>>;
using Triangles = In<int32_t, nb::shape<-1, 3>>;

typedef float float4 __attribute__((vector_size(16)));
typedef uint8_t byte4 __attribute__((vector_size(4)));

struct Vec {
    double x, y, z;
    Vec operator-(const Vec &o) const { return {x - o.x, y - o.y, z - o.z}; }
};
inline Vec cross(const Vec &a, const Vec &b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline double dot(const Vec &a, const Vec &b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

template <class T> T *release_to_numpy(std::unique_ptr<T[]> &data, nb::capsule &owner) {
    T *raw = data.release();
    owner = nb::capsule(raw, [](void *p) noexcept { delete[] static_cast<T *>(p); });
    return raw;
}

// ---- pictures ----------------------------------------------------------------------------------------------------

// A quantity affine in pixel coordinates: a x + b y + c.
struct Plane {
    double a, b, c;
    double at(double x, double y) const { return a * x + b * y + c; }
};

// One texture's largest level; the smaller ones follow it in memory, each half as large (rounded up), down to 1 x 1.
struct Texture {
    int64_t offset, width, height;
};

// A triangle as one camera sees it. Homogeneous rasterization (Olano and Greer 1997): barycentrics over z, u over z, v over z
// and 1/z are affine in the picture, so triangles that reach behind the camera need no clipping.
struct Seen {
    std::array<Plane, 3> edges;
    Plane w, u, v;
    float lod; // level of detail is lod - 1.5 log2(1/z)
    int32_t texture;
    int y_begin, y_end;
};

struct Camera {
    std::array<double, 12> pose; // rows of cam_from_world
    double fx, fy, cx, cy;
    Vec place(const float *p) const {
        auto row = [&](int r) { return pose[r] * p[0] + pose[r + 1] * p[1] + pose[r + 2] * p[2] + pose[r + 3]; };
        return {row(0), row(4), row(8)};
    }
};

constexpr int kBandRows = 16;
constexpr double kNear = 0.02, kFar = 100.0;   // metres
constexpr double kEdgeTolerance = 1e-6;        // in barycentrics: neighbours overlap by this much, so no cracks

inline float log2_fast(float x) { // within 0.01, enough for a level of detail
    uint32_t bits;
    std::memcpy(&bits, &x, 4);
    const float exponent = static_cast<float>(static_cast<int>(bits >> 23) - 127);
    bits = (bits & 0x7fffffu) | 0x3f800000u;
    float mantissa;
    std::memcpy(&mantissa, &bits, 4);
    return exponent + (-0.33582878f * mantissa + 2.0f) * mantissa - 1.65871022f;
}

inline uint64_t mix(uint64_t x) { // splitmix64 finalizer (Steele, Lea, Flood 2014)
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

// Roughly normal, standard deviation 1: the sum of three uniform 7-bit numbers.
inline float bell(uint32_t bits) {
    const int sum = static_cast<int>(bits & 127) + static_cast<int>((bits >> 7) & 127) + static_cast<int>((bits >> 14) & 127);
    return (static_cast<float>(sum) - 190.5f) * (1.0f / 64.0f);
}

class Rasterizer {
public:
    Rasterizer(Points vertices, In<float, nb::shape<-1, 2>> uvs, Triangles triangles, In<int32_t, nb::shape<-1>> texture_of,
               In<int64_t, nb::shape<-1, 3>> textures, In<uint8_t, nb::shape<-1, 4>> texels)
        : vertices_(vertices), uvs_(uvs), triangles_(triangles), texture_of_(texture_of), texels_(texels) {
        if (uvs.shape(0) != vertices.shape(0)) throw nb::value_error("uvs must have one row per vertex");
        if (texture_of.shape(0) != triangles.shape(0)) throw nb::value_error("texture_of must have one entry per triangle");
        for (size_t i = 0; i < textures.shape(0); ++i)
            textures_.push_back({textures(i, 0), textures(i, 1), textures(i, 2)});
        check_indices();
    }

    nb::tuple render(In<double, nb::shape<-1, 4, 4>> viewmats, In<double, nb::shape<-1, 3, 3>> Ks, int width, int height,
                     float noise, uint64_t seed, int num_threads) {
        if (viewmats.shape(0) != Ks.shape(0) || viewmats.shape(0) == 0) throw nb::value_error("as many Ks as viewmats, at least one");
        if (width < 1 || height < 1) throw nb::value_error("width and height must be positive");
        std::vector<Camera> cameras(viewmats.shape(0));
        for (size_t s = 0; s < cameras.size(); ++s) {
            std::copy_n(viewmats.data() + 16 * s, 12, cameras[s].pose.begin());
            cameras[s].fx = Ks(s, 0, 0), cameras[s].fy = Ks(s, 1, 1), cameras[s].cx = Ks(s, 0, 2), cameras[s].cy = Ks(s, 1, 2);
        }
        const size_t num_pixels = static_cast<size_t>(width) * height;
        std::unique_ptr<uint8_t[]> rgb(new uint8_t[num_pixels * 3]);
        std::unique_ptr<float[]> depth(new float[num_pixels]);
        {
            nb::gil_scoped_release released;
            draw(cameras, {width, height, noise, seed, rgb.get(), depth.get()}, num_threads);
        }
        nb::capsule rgb_owner, depth_owner;
        uint8_t *rgb_data = release_to_numpy(rgb, rgb_owner);
        float *depth_data = release_to_numpy(depth, depth_owner);
        const size_t h = height, w = width;
        return nb::make_tuple(nb::ndarray<nb::numpy, uint8_t>(rgb_data, {h, w, 3}, rgb_owner),
                              nb::ndarray<nb::numpy, float>(depth_data, {h, w}, depth_owner));
    }

private:
    struct Picture {
        int width, height;
        float noise;
        uint64_t seed;
        uint8_t *rgb;
        float *depth;
    };
    // What one camera sees: its triangles, and for each band of rows the ones that reach into it, in mesh order.
    struct View {
        std::vector<Seen> seen;
        std::vector<std::vector<int32_t>> bands;
    };

    void check_indices() const {
        const auto num_vertices = static_cast<int32_t>(vertices_.shape(0));
        const auto num_textures = static_cast<int32_t>(textures_.size());
        for (size_t i = 0; i < triangles_.size(); ++i)
            if (triangles_.data()[i] < 0 || triangles_.data()[i] >= num_vertices) throw nb::value_error("triangle index out of range");
        for (size_t i = 0; i < texture_of_.size(); ++i)
            if (texture_of_.data()[i] < 0 || texture_of_.data()[i] >= num_textures) throw nb::value_error("texture index out of range");
        for (const auto &texture : textures_) {
            int64_t end = texture.offset + texture.width * texture.height;
            for (int64_t w = texture.width, h = texture.height; w > 1 || h > 1;) {
                w = (w + 1) / 2, h = (h + 1) / 2;
                end += w * h;
            }
            if (texture.width < 1 || texture.height < 1 || texture.offset < 0 || end > static_cast<int64_t>(texels_.shape(0)))
                throw nb::value_error("a texture reaches beyond the texels");
        }
    }

    void draw(const std::vector<Camera> &cameras, const Picture &picture, int num_threads) const {
        ThreadPool pool(std::max(1, num_threads));
        const int num_bands = (picture.height + kBandRows - 1) / kBandRows;
        std::vector<View> views(cameras.size());
        pool.for_each(static_cast<int>(cameras.size()), [&](int s) { set_up(cameras[s], picture, num_bands, views[s]); });
        pool.for_each(num_bands, [&](int band) { draw_band(views, picture, band); });
    }

    void set_up(const Camera &camera, const Picture &picture, int num_bands, View &view) const {
        std::vector<Vec> placed(vertices_.shape(0));
        for (size_t i = 0; i < placed.size(); ++i) placed[i] = camera.place(vertices_.data() + 3 * i);
        view.bands.resize(num_bands);
        Seen seen;
        for (size_t t = 0; t < triangles_.shape(0); ++t) {
            if (!see(camera, picture, placed, t, seen)) continue;
            const auto index = static_cast<int32_t>(view.seen.size());
            view.seen.push_back(seen);
            for (int band = seen.y_begin / kBandRows; band * kBandRows < seen.y_end; ++band) view.bands[band].push_back(index);
        }
    }

    bool see(const Camera &camera, const Picture &picture, const std::vector<Vec> &placed, size_t t, Seen &seen) const {
        const int32_t *corner = triangles_.data() + 3 * t;
        const Vec p[3] = {placed[corner[0]], placed[corner[1]], placed[corner[2]]};
        if (!find_rows(camera, picture, p, seen)) return false;
        const Vec normals[3] = {cross(p[1], p[2]), cross(p[2], p[0]), cross(p[0], p[1])};
        const double det = dot(p[0], normals[0]);
        if (std::abs(det) < 1e-12) return false; // seen edge-on
        seen.w = seen.u = seen.v = {0, 0, 0};
        for (int i = 0; i < 3; ++i) {
            const double a = normals[i].x / (det * camera.fx), b = normals[i].y / (det * camera.fy);
            seen.edges[i] = {a, b, normals[i].z / det - a * camera.cx - b * camera.cy};
            const float *uv = uvs_.data() + 2 * corner[i];
            add(seen.w, seen.edges[i], 1.0), add(seen.u, seen.edges[i], uv[0]), add(seen.v, seen.edges[i], uv[1]);
        }
        for (auto &edge : seen.edges) add(edge, seen.w, kEdgeTolerance);
        seen.texture = texture_of_.data()[t];
        const Texture &texture = textures_[seen.texture];
        // The area of a pixel in the texture is det(u, v, w) / w^3: the Jacobian of a projective map.
        const double area = dot({seen.u.a, seen.u.b, seen.u.c}, cross({seen.v.a, seen.v.b, seen.v.c}, {seen.w.a, seen.w.b, seen.w.c}));
        seen.lod = static_cast<float>(0.5 * std::log2(std::max(std::abs(area) * texture.width * texture.height, 1e-30)));
        return true;
    }

    static void add(Plane &sum, const Plane &plane, double weight) {
        sum.a += weight * plane.a, sum.b += weight * plane.b, sum.c += weight * plane.c;
    }

    // The rows the triangle may cover: from its corners, or all when it reaches behind the camera.
    static bool find_rows(const Camera &camera, const Picture &picture, const Vec *p, Seen &seen) {
        const int behind = (p[0].z < kNear) + (p[1].z < kNear) + (p[2].z < kNear);
        if (behind == 3) return false;
        seen.y_begin = 0, seen.y_end = picture.height;
        if (behind > 0) return true;
        double x_min = 1e30, x_max = -1e30, y_min = 1e30, y_max = -1e30;
        for (int i = 0; i < 3; ++i) {
            const double x = camera.fx * p[i].x / p[i].z + camera.cx, y = camera.fy * p[i].y / p[i].z + camera.cy;
            x_min = std::min(x_min, x), x_max = std::max(x_max, x), y_min = std::min(y_min, y), y_max = std::max(y_max, y);
        }
        if (x_max < 0 || y_max < 0 || x_min > picture.width || y_min > picture.height) return false;
        seen.y_begin = std::max(0, static_cast<int>(std::floor(y_min)));
        seen.y_end = std::min(picture.height, static_cast<int>(std::ceil(y_max)) + 1);
        return seen.y_begin < seen.y_end;
    }

    void draw_band(const std::vector<View> &views, const Picture &picture, int band) const {
        const int y_begin = band * kBandRows, y_end = std::min(y_begin + kBandRows, picture.height);
        const int count = (y_end - y_begin) * picture.width;
        std::vector<float> inverse_z(count);
        std::vector<int32_t> nearest(count);
        std::vector<float4> sums(count, float4{});
        for (const auto &view : views) {
            std::fill(inverse_z.begin(), inverse_z.end(), static_cast<float>(1.0 / kFar));
            std::fill(nearest.begin(), nearest.end(), -1);
            for (int32_t index : view.bands[band]) {
                const Seen &seen = view.seen[index];
                for (int y = std::max(y_begin, seen.y_begin); y < std::min(y_end, seen.y_end); ++y) {
                    const int row = (y - y_begin) * picture.width;
                    cover(seen, index, y + 0.5, picture.width, &inverse_z[row], &nearest[row]);
                }
            }
            for (int y = y_begin; y < y_end; ++y) {
                const int row = (y - y_begin) * picture.width;
                shade_row(view, y + 0.5, picture.width, &inverse_z[row], &nearest[row], &sums[row]);
            }
            if (&view == &views.front()) {
                float *depth = picture.depth + static_cast<size_t>(y_begin) * picture.width;
                for (int i = 0; i < count; ++i) depth[i] = nearest[i] < 0 ? 0.0f : 1.0f / inverse_z[i];
            }
        }
        finish(picture, y_begin, count, 1.0f / static_cast<float>(views.size()), sums);
    }

    // Depth test along one row, between the outermost pixel centres inside all three edges.
    static void cover(const Seen &seen, int32_t index, double y, int width, float *inverse_z, int32_t *nearest) {
        double low = 0.5, high = width - 0.5;
        for (const auto &edge : seen.edges) {
            const double c = edge.b * y + edge.c;
            if (edge.a > 0) low = std::max(low, -c / edge.a);
            else if (edge.a < 0) high = std::min(high, -c / edge.a);
            else if (c < 0) return;
        }
        if (!(low <= high)) return;
        const int begin = static_cast<int>(std::ceil(low - 0.5)), end = static_cast<int>(std::floor(high - 0.5)) + 1;
        const auto step = static_cast<float>(seen.w.a);
        const auto start = static_cast<float>(seen.w.at(begin + 0.5, y));
        for (int x = begin; x < end; ++x) {
            const float w = start + step * static_cast<float>(x - begin);
            if (w > inverse_z[x]) inverse_z[x] = w, nearest[x] = index;
        }
    }

    void shade_row(const View &view, double y, int width, const float *inverse_z, const int32_t *nearest, float4 *sums) const {
        for (int x = 0; x < width;) {
            int end = x + 1;
            while (end < width && nearest[end] == nearest[x]) ++end;
            if (nearest[x] >= 0) shade_run(view.seen[nearest[x]], y, x, end, inverse_z, sums);
            x = end;
        }
    }

    void shade_run(const Seen &seen, double y, int begin, int end, const float *inverse_z, float4 *sums) const {
        const Texture &texture = textures_[seen.texture];
        const auto u = static_cast<float>(seen.u.at(begin + 0.5, y)), u_step = static_cast<float>(seen.u.a);
        const auto v = static_cast<float>(seen.v.at(begin + 0.5, y)), v_step = static_cast<float>(seen.v.a);
        for (int x = begin; x < end; ++x) {
            const float z = 1.0f / inverse_z[x], dx = static_cast<float>(x - begin);
            const float lod = seen.lod - 1.5f * log2_fast(inverse_z[x]);
            sums[x] += trilinear(texture, (u + u_step * dx) * z, (v + v_step * dx) * z, lod);
        }
    }

    float4 trilinear(const Texture &texture, float u, float v, float lod) const {
        int64_t offset = texture.offset, w = texture.width, h = texture.height;
        int level = static_cast<int>(std::max(lod, 0.0f));
        const float share = std::max(lod, 0.0f) - static_cast<float>(level);
        for (; level > 0 && (w > 1 || h > 1); --level) {
            offset += w * h;
            w = (w + 1) / 2, h = (h + 1) / 2;
        }
        const float4 fine = bilinear(offset, static_cast<int>(w), static_cast<int>(h), u, v);
        if (share == 0.0f || (w == 1 && h == 1)) return fine;
        const float4 coarse = bilinear(offset + w * h, static_cast<int>((w + 1) / 2), static_cast<int>((h + 1) / 2), u, v);
        return fine + share * (coarse - fine);
    }

    float4 bilinear(int64_t offset, int w, int h, float u, float v) const {
        const float x = std::min(std::max(u * static_cast<float>(w) - 0.5f, 0.0f), static_cast<float>(w - 1));
        const float y = std::min(std::max(v * static_cast<float>(h) - 0.5f, 0.0f), static_cast<float>(h - 1));
        const int x0 = static_cast<int>(x), y0 = static_cast<int>(y);
        const int x1 = std::min(x0 + 1, w - 1), y1 = std::min(y0 + 1, h - 1);
        const float fx = x - static_cast<float>(x0), fy = y - static_cast<float>(y0);
        const uint8_t *row0 = texels_.data() + 4 * (offset + static_cast<int64_t>(y0) * w);
        const uint8_t *row1 = texels_.data() + 4 * (offset + static_cast<int64_t>(y1) * w);
        const float4 top = fetch(row0, x0) + fx * (fetch(row0, x1) - fetch(row0, x0));
        const float4 bottom = fetch(row1, x0) + fx * (fetch(row1, x1) - fetch(row1, x0));
        return top + fy * (bottom - top);
    }

    static float4 fetch(const uint8_t *row, int x) {
        byte4 texel;
        std::memcpy(&texel, row + 4 * x, 4);
        return __builtin_convertvector(texel, float4);
    }

    // Mean of the views, sensor noise (a function of the pixel and the seed alone), 8 bits.
    static void finish(const Picture &picture, int y_begin, int count, float scale, const std::vector<float4> &sums) {
        const size_t first = static_cast<size_t>(y_begin) * picture.width;
        for (int i = 0; i < count; ++i) {
            uint64_t bits = mix(picture.seed * 0x2545f4914f6cdd1dull + first + i);
            const float4 mean = sums[i] * scale;
            for (int c = 0; c < 3; ++c, bits >>= 21) {
                const float value = mean[c] + picture.noise * bell(static_cast<uint32_t>(bits));
                picture.rgb[3 * (first + i) + c] = static_cast<uint8_t>(std::min(std::max(value + 0.5f, 0.0f), 255.0f));
            }
        }
    }

    Points vertices_;
    In<float, nb::shape<-1, 2>> uvs_;
    Triangles triangles_;
    In<int32_t, nb::shape<-1>> texture_of_;
    In<uint8_t, nb::shape<-1, 4>> texels_;
    std::vector<Texture> textures_;
};

// ---- rays --------------------------------------------------------------------------------------------------------

// Nearest hits of rays with the triangles, through a tree of boxes.
class RayCaster {
public:
    RayCaster(Points vertices, Triangles triangles) {
        const size_t count = triangles.shape(0);
        std::vector<std::array<float, 3>> centers(count);
        corners_.resize(count);
        for (size_t t = 0; t < count; ++t)
            for (int k = 0; k < 3; ++k) {
                const auto vertex = static_cast<size_t>(triangles(t, k));
                if (vertex >= vertices.shape(0)) throw nb::value_error("triangle index out of range");
                for (int c = 0; c < 3; ++c) corners_[t][3 * k + c] = vertices(vertex, c);
            }
        for (size_t t = 0; t < count; ++t)
            for (int c = 0; c < 3; ++c) centers[t][c] = corners_[t][c] + corners_[t][3 + c] + corners_[t][6 + c];
        order_.resize(count);
        std::iota(order_.begin(), order_.end(), 0);
        if (count > 0) build(centers, 0, static_cast<int>(count));
        std::vector<std::array<float, 9>> sorted(count);
        for (size_t i = 0; i < count; ++i) sorted[i] = corners_[order_[i]];
        corners_.swap(sorted);
    }

    nb::tuple trace(Points origins, Points directions, float reach, int num_threads) const {
        if (origins.shape(0) != directions.shape(0)) throw nb::value_error("as many directions as origins");
        const size_t count = origins.shape(0);
        std::unique_ptr<float[]> distance(new float[count]);
        std::unique_ptr<int32_t[]> hit(new int32_t[count]);
        {
            nb::gil_scoped_release released;
            ThreadPool pool(std::max(1, num_threads));
            constexpr size_t kChunk = 4096;
            pool.for_each(static_cast<int>((count + kChunk - 1) / kChunk), [&](int chunk) {
                for (size_t i = chunk * kChunk; i < std::min(count, (chunk + 1) * kChunk); ++i)
                    nearest(origins.data() + 3 * i, directions.data() + 3 * i, reach, distance[i], hit[i]);
            });
        }
        nb::capsule distance_owner, hit_owner;
        float *distance_data = release_to_numpy(distance, distance_owner);
        int32_t *hit_data = release_to_numpy(hit, hit_owner);
        return nb::make_tuple(nb::ndarray<nb::numpy, float>(distance_data, {count}, distance_owner),
                              nb::ndarray<nb::numpy, int32_t>(hit_data, {count}, hit_owner));
    }

private:
    struct Node {
        float low[3], high[3];
        int first, count; // a leaf's triangles in order_, or count 0 and first = the right child (the left one follows)
    };
    static constexpr int kLeaf = 4, kBins = 16;
    static constexpr int kDeep = 40; // below this halves only, so that a stack of kDeep + 32 suffices

    int build(const std::vector<std::array<float, 3>> &centers, int begin, int end, int depth = 0) {
        const int index = static_cast<int>(nodes_.size());
        nodes_.push_back(bounds(begin, end));
        if (end - begin <= kLeaf) return index;
        const int middle = depth < kDeep ? split(centers, begin, end) : (begin + end) / 2;
        build(centers, begin, middle, depth + 1);
        const int right = build(centers, middle, end, depth + 1);
        nodes_[index].first = right, nodes_[index].count = 0;
        return index;
    }

    // Sorts [begin, end) into two parts where the surface area heuristic over bins of centres is least (Wald 2007).
    int split(const std::vector<std::array<float, 3>> &centers, int begin, int end) {
        double best = std::numeric_limits<double>::infinity();
        int best_axis = 0, best_bin = -1;
        std::array<std::pair<float, float>, 3> span;
        for (int axis = 0; axis < 3; ++axis) {
            span[axis] = {1e30f, -1e30f};
            for (int i = begin; i < end; ++i) {
                span[axis].first = std::min(span[axis].first, centers[order_[i]][axis]);
                span[axis].second = std::max(span[axis].second, centers[order_[i]][axis]);
            }
            std::array<Node, kBins> bins;
            bins.fill(Node{{1e30f, 1e30f, 1e30f}, {-1e30f, -1e30f, -1e30f}, 0, 0});
            for (int i = begin; i < end; ++i) include(bins[bin_of(centers[order_[i]][axis], span[axis])], order_[i]);
            for (int bin = 0; bin + 1 < kBins; ++bin) {
                const double cost = cost_of(bins, 0, bin + 1) + cost_of(bins, bin + 1, kBins);
                if (cost < best) best = cost, best_axis = axis, best_bin = bin;
            }
        }
        const auto middle = std::stable_partition(order_.begin() + begin, order_.begin() + end, [&](int triangle) {
            return bin_of(centers[triangle][best_axis], span[best_axis]) <= best_bin;
        });
        const int at = static_cast<int>(middle - order_.begin());
        return at == begin || at == end ? (begin + end) / 2 : at;
    }

    static int bin_of(float center, const std::pair<float, float> &span) {
        const float share = (center - span.first) / std::max(span.second - span.first, 1e-9f);
        return std::min(kBins - 1, static_cast<int>(share * kBins));
    }

    static double cost_of(const std::array<Node, kBins> &bins, int begin, int end) {
        Node all{{1e30f, 1e30f, 1e30f}, {-1e30f, -1e30f, -1e30f}, 0, 0};
        for (int bin = begin; bin < end; ++bin) {
            all.count += bins[bin].count;
            for (int c = 0; c < 3; ++c) {
                all.low[c] = std::min(all.low[c], bins[bin].low[c]);
                all.high[c] = std::max(all.high[c], bins[bin].high[c]);
            }
        }
        if (all.count == 0) return std::numeric_limits<double>::infinity();
        const double x = all.high[0] - all.low[0], y = all.high[1] - all.low[1], z = all.high[2] - all.low[2];
        return (x * y + y * z + z * x) * all.count;
    }

    void include(Node &node, int triangle) const {
        ++node.count;
        for (int k = 0; k < 9; ++k) {
            node.low[k % 3] = std::min(node.low[k % 3], corners_[triangle][k]);
            node.high[k % 3] = std::max(node.high[k % 3], corners_[triangle][k]);
        }
    }

    Node bounds(int begin, int end) const {
        Node node{{1e30f, 1e30f, 1e30f}, {-1e30f, -1e30f, -1e30f}, begin, 0};
        for (int i = begin; i < end; ++i) include(node, order_[i]);
        return node;
    }

    void nearest(const float *origin, const float *direction, float reach, float &distance, int32_t &hit) const {
        distance = reach, hit = -1;
        const float inverse[3] = {1.0f / direction[0], 1.0f / direction[1], 1.0f / direction[2]};
        std::array<std::pair<float, int>, kDeep + 40> stack; // where the ray enters a box, and which
        int top = 0;
        if (!nodes_.empty()) stack[top++] = {enter(nodes_[0], origin, inverse), 0};
        while (top > 0) {
            const auto [entered, index] = stack[--top];
            if (entered >= distance) continue;
            const Node &node = nodes_[index];
            if (node.count == 0) {
                std::pair<float, int> near{enter(nodes_[index + 1], origin, inverse), index + 1};
                std::pair<float, int> far{enter(nodes_[node.first], origin, inverse), node.first};
                if (far.first < near.first) std::swap(near, far);
                if (far.first < distance) stack[top++] = far;
                if (near.first < distance) stack[top++] = near;
                continue;
            }
            for (int i = node.first; i < node.first + node.count; ++i) {
                const float t = intersect(corners_[i].data(), origin, direction);
                if (t < distance) distance = t, hit = order_[i];
            }
        }
        if (hit < 0) distance = std::numeric_limits<float>::infinity();
    }

    // Where the ray enters a box; infinity when it passes by.
    static float enter(const Node &node, const float *origin, const float *inverse) {
        float enter = 0.0f, leave = std::numeric_limits<float>::infinity();
        for (int c = 0; c < 3; ++c) {
            const float a = (node.low[c] - origin[c]) * inverse[c], b = (node.high[c] - origin[c]) * inverse[c];
            enter = std::max(enter, std::min(a, b)), leave = std::min(leave, std::max(a, b) * 1.00001f);
        }
        return enter <= leave ? enter : std::numeric_limits<float>::infinity();
    }

    // Moeller and Trumbore 1997, both sides; infinity when missed.
    static float intersect(const float *p, const float *o, const float *d) {
        const float e1[3] = {p[3] - p[0], p[4] - p[1], p[5] - p[2]}, e2[3] = {p[6] - p[0], p[7] - p[1], p[8] - p[2]};
        const float s[3] = {o[0] - p[0], o[1] - p[1], o[2] - p[2]};
        const float px = d[1] * e2[2] - d[2] * e2[1], py = d[2] * e2[0] - d[0] * e2[2], pz = d[0] * e2[1] - d[1] * e2[0];
        const float inverse = 1.0f / (e1[0] * px + e1[1] * py + e1[2] * pz); // infinite when parallel: u is then NaN or infinite
        const float u = (s[0] * px + s[1] * py + s[2] * pz) * inverse;
        const float qx = s[1] * e1[2] - s[2] * e1[1], qy = s[2] * e1[0] - s[0] * e1[2], qz = s[0] * e1[1] - s[1] * e1[0];
        const float v = (d[0] * qx + d[1] * qy + d[2] * qz) * inverse;
        const float t = (e2[0] * qx + e2[1] * qy + e2[2] * qz) * inverse;
        return u >= 0 && v >= 0 && u + v <= 1 && t > 1e-6f ? t : std::numeric_limits<float>::infinity();
    }

    std::vector<std::array<float, 9>> corners_; // three corners each, in the tree's order
    std::vector<int> order_;                    // and where they stand in the mesh
    std::vector<Node> nodes_;
};

} // namespace

void bind_room(nb::module_ &m) {
    nb::class_<Rasterizer>(m, "Rasterizer", "Pictures of a textured triangle mesh.")
        .def(nb::init<Points, In<float, nb::shape<-1, 2>>, Triangles, In<int32_t, nb::shape<-1>>, In<int64_t, nb::shape<-1, 3>>,
                      In<uint8_t, nb::shape<-1, 4>>>(),
             "vertices"_a, "uvs"_a, "triangles"_a, "texture_of"_a, "textures"_a, "texels"_a)
        .def("render", &Rasterizer::render, "viewmats"_a, "Ks"_a, "width"_a, "height"_a, "noise"_a, "seed"_a, "num_threads"_a,
             "The mean of the pictures of all views (rgb uint8 [H, W, 3]) and the depth of the first (float32 [H, W], 0 where empty).");
    nb::class_<RayCaster>(m, "RayCaster", "Nearest hits of rays with a triangle mesh.")
        .def(nb::init<Points, Triangles>(), "vertices"_a, "triangles"_a)
        .def("trace", &RayCaster::trace, "origins"_a, "directions"_a, "reach"_a, "num_threads"_a,
             "Distance along each ray, up to reach, in lengths of its direction (infinity where nothing is met), and the triangle met (-1).");
}

} // namespace reelscape

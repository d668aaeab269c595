// The Python module: one bind_* function per kernel file.
#include <nanobind/nanobind.h>

namespace nb = nanobind;

namespace reelscape {
void bind_mesh(nb::module_ &m);
void bind_room(nb::module_ &m);
void bind_splat(nb::module_ &m);
void bind_visibility(nb::module_ &m);
} // namespace reelscape

#define REELSCAPE_NAME_(name, m) NB_MODULE(name, m)
#define REELSCAPE_NAME(name, m) REELSCAPE_NAME_(name, m)

REELSCAPE_NAME(REELSCAPE_MODULE, m) {
    m.doc() = "Kernels of Reelscape: numpy arrays in, numpy arrays out.";
    reelscape::bind_mesh(m);
    reelscape::bind_room(m);
    reelscape::bind_splat(m);
    reelscape::bind_visibility(m);
}

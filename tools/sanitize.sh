#!/bin/sh
# Builds the kernels under sanitizers into a folder of their own and runs tests with them (GCC on Linux, after `make dev`):
#   tools/sanitize.sh address,undefined,float-cast-overflow tests/splat tests/mesh
set -eu
sanitizers=$1
shift
venv=$PWD/.venv
built=$PWD/build/sanitize-${sanitizers%%,*}
"$venv/bin/python" -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --upgrade \
    --target "$built/site" --config-settings=build-dir="$built/cmake" \
    --config-settings=cmake.define.REELSCAPE_SANITIZE="$sanitizers" .

case $sanitizers in
    *address*) runtimes="asan ubsan" ;;
    *) runtimes="ubsan" ;;
esac
preload=
for runtime in $runtimes; do
    preload="$preload $("${CXX:-c++}" -print-file-name="lib$runtime.so")"
done

# The base interpreter reads no .pth files of the environment: the editable install would bring in the usual kernels.
# Python itself leaks on purpose, and allocates what it hopes to get, so neither ends the process.
base=$("$venv/bin/python" -c 'import sys; print(sys._base_executable)')
packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
exec env PYTHONPATH="$built/site:$packages" LD_PRELOAD="$preload" \
    ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:handle_segv=1 \
    UBSAN_OPTIONS=print_stacktrace=1 \
    "$base" -m pytest -p no:cacheprovider "$@"

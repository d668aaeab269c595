"""Spherical harmonics of degree 0..3 and their derivatives, plainly in numpy: a part of the kernel's twin."""

from __future__ import annotations

import numpy as np

from reelscape.cameras import Float

# Real spherical harmonics as polynomials: per function its terms (factor, power of x, power of y, power of z).
_A, _B, _C, _D, _E = (
    0.28209479177387814,
    0.4886025119029199,
    1.0925484305920792,
    0.31539156525252005,
    0.5462742152960396,
)
_F, _G, _H, _I, _J = 0.5900435899266435, 2.890611442640554, 0.4570457994644658, 0.3731763325901154, 1.445305721320277
SH_TERMS: list[list[tuple[float, int, int, int]]] = [
    [(_A, 0, 0, 0)],
    [(-_B, 0, 1, 0)],
    [(_B, 0, 0, 1)],
    [(-_B, 1, 0, 0)],
    [(_C, 1, 1, 0)],
    [(-_C, 0, 1, 1)],
    [(2 * _D, 0, 0, 2), (-_D, 2, 0, 0), (-_D, 0, 2, 0)],
    [(-_C, 1, 0, 1)],
    [(_E, 2, 0, 0), (-_E, 0, 2, 0)],
    [(-3 * _F, 2, 1, 0), (_F, 0, 3, 0)],
    [(_G, 1, 1, 1)],
    [(-4 * _H, 0, 1, 2), (_H, 2, 1, 0), (_H, 0, 3, 0)],
    [(2 * _I, 0, 0, 3), (-3 * _I, 2, 0, 1), (-3 * _I, 0, 2, 1)],
    [(-4 * _H, 1, 0, 2), (_H, 3, 0, 0), (_H, 1, 2, 0)],
    [(_J, 2, 0, 1), (-_J, 0, 2, 1)],
    [(-_F, 3, 0, 0), (3 * _F, 1, 2, 0)],
]


def sh_basis(directions: Float, degree: int) -> Float:
    """The first (degree + 1)^2 functions in unit directions [N, 3], as [N, K]."""
    x, y, z = directions.T
    terms = SH_TERMS[: (degree + 1) ** 2]
    return np.stack([sum((f * x**i * y**j * z**k for f, i, j, k in t), np.zeros_like(x)) for t in terms], 1)


def sh_derivatives(directions: Float, degree: int) -> Float:
    """Derivatives of `sh_basis` by x, y, z: [N, K, 3]."""
    out = np.zeros((len(directions), (degree + 1) ** 2, 3))
    for k, terms in enumerate(SH_TERMS[: (degree + 1) ** 2]):
        for factor, *powers in terms:
            for axis in range(3):
                if powers[axis]:
                    lowered = np.array(powers) - np.eye(3, dtype=int)[axis]
                    out[:, k, axis] += factor * powers[axis] * np.prod(directions**lowered, axis=1)
    return out

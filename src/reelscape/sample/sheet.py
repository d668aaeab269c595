"""A sheet: one piece of surface about to be painted, with noise in metres and drawing in metres."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Colours = NDArray[np.float32]
Field = NDArray[np.float32]
Numbers = Sequence[float] | NDArray[np.floating]
Colour = Numbers


@dataclass(frozen=True)
class Sheet:
    """A `width_m` x `height_m` surface at `texel_m` metres per texel, and its random numbers."""

    width_m: float
    height_m: float
    texel_m: float
    rng: np.random.Generator

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of texels."""
        return max(4, round(self.height_m / self.texel_m)), max(4, round(self.width_m / self.texel_m))

    def axes(self) -> tuple[Field, Field]:
        """Metres from the left, [1, W], and from the top, [H, 1], at texel centres."""
        rows, columns = self.shape
        x = (np.arange(columns, dtype=np.float32) + 0.5) * (self.width_m / columns)
        y = (np.arange(rows, dtype=np.float32) + 0.5) * (self.height_m / rows)
        return x[None, :], y[:, None]

    def noise(self, cell_m: float, stretch: float = 1.0) -> Field:
        """Smooth noise [H, W], about standard normal; features of `cell_m` down and `cell_m * stretch` along."""
        rows, columns = self.shape
        down = min(rows, max(2, round(self.height_m / cell_m)))
        along = min(columns, max(2, round(self.width_m / (cell_m * stretch))))
        grid = self.rng.standard_normal((down, along), dtype=np.float32)
        return grid if (down, along) == (rows, columns) else resized(grid, rows, columns)

    def fractal(self, cell_m: float, octaves: int = 4, stretch: float = 1.0, gain: float = 0.6) -> Field:
        """Noise summed over octaves of halving size, about standard normal."""
        total = np.zeros(self.shape, dtype=np.float32)
        for octave in range(octaves):
            total += gain**octave * self.noise(cell_m / 2**octave, stretch)
        return total / np.float32(np.sqrt(sum(gain ** (2 * i) for i in range(octaves))))

    def grain(self) -> Field:
        """White noise, one number per texel."""
        return self.rng.standard_normal(self.shape, dtype=np.float32)

    def plain(self, colour: Colour) -> Colours:
        """One colour everywhere, [H, W, 3]."""
        return np.broadcast_to(np.asarray(colour, dtype=np.float32), (*self.shape, 3)).copy()

    def drawn(self, ground: Colours | Colour, draw: Callable[[Pen], None]) -> Colours:
        """`ground` with what `draw` draws on it."""
        picture = ground if np.ndim(ground) == 3 else self.plain(ground)
        image = Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))
        draw(Pen(ImageDraw.Draw(image), self.shape[1] / self.width_m))
        return np.asarray(image, dtype=np.float32) / np.float32(255)


@dataclass(frozen=True)
class Pen:
    """Draws on a sheet in metres (x from the left, y from the top)."""

    canvas: ImageDraw.ImageDraw
    texels_per_m: float

    def polygon(self, points: NDArray[np.floating] | Sequence[Numbers], fill: Colour) -> None:
        """A filled polygon, points [P, 2]."""
        scaled = np.asarray(points, dtype=float) * self.texels_per_m
        self.canvas.polygon([(float(x), float(y)) for x, y in scaled], fill=ink(fill))

    def line(self, points: NDArray[np.floating] | Sequence[Numbers], fill: Colour, width_m: float) -> None:
        """A line through points [P, 2]."""
        scaled = np.asarray(points, dtype=float) * self.texels_per_m
        width = max(1, round(width_m * self.texels_per_m))
        self.canvas.line([(float(x), float(y)) for x, y in scaled], fill=ink(fill), width=width, joint="curve")

    def disc(self, center: Numbers, radius_m: float, fill: Colour) -> None:
        """A filled circle."""
        angle = np.linspace(0, 2 * np.pi, 25)
        self.polygon(np.asarray(center) + radius_m * np.stack([np.cos(angle), np.sin(angle)], axis=1), fill)

    def bar(self, left: float, top: float, right: float, bottom: float, fill: Colour) -> None:
        """A filled rectangle."""
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], fill)

    def text(self, center: Numbers, words: str, height_m: float, fill: Colour) -> None:
        """Words centred at a point; left out where they would be unreadably small."""
        size = height_m * self.texels_per_m
        if size >= 5:
            x, y = center[0] * self.texels_per_m, center[1] * self.texels_per_m
            self.canvas.text((x, y), words, fill=ink(fill), font_size=size, anchor="mm")


def ink(colour: Colour) -> tuple[int, int, int]:
    """A colour of 0..1 as 8 bits."""
    r, g, b = (int(min(max(float(c), 0.0), 1.0) * 255 + 0.5) for c in colour)
    return r, g, b


def resized(grid: Field, rows: int, columns: int) -> Field:
    """A field stretched to `rows` x `columns`, bicubic."""
    image = Image.fromarray(np.ascontiguousarray(grid, dtype=np.float32))
    return np.asarray(image.resize((columns, rows), Image.Resampling.BICUBIC), dtype=np.float32)


def mix(a: Colours | Colour, b: Colours | Colour, share: Field | float) -> Colours:
    """`a` where share is 0, `b` where it is 1."""
    first, second = np.asarray(a, dtype=np.float32), np.asarray(b, dtype=np.float32)
    weight = np.asarray(share, dtype=np.float32)
    return first + (second - first) * (weight[..., None] if weight.ndim == 2 else weight)


def step(field: Field, edge: float, softness: float) -> Field:
    """0 below the edge, 1 above it, smooth over `softness` to each side."""
    t = np.clip((field - edge) / (2 * softness) + 0.5, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)

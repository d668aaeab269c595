"""Furniture and things. Each stands on the floor at the origin (y = 0), its back, if any, against the plane z = 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reelscape.sample import pictures, textures
from reelscape.sample.patches import (
    FACES,
    Paint,
    Patch,
    ball,
    box,
    cushion,
    lathe,
    moved,
    rect,
    ribbon,
    smooth_profile,
)
from reelscape.sample.sheet import Colour, Numbers

CLOTHS: tuple[Colour, ...] = (
    (0.60, 0.18, 0.16), (0.16, 0.32, 0.48), (0.82, 0.62, 0.22), (0.22, 0.42, 0.32), (0.86, 0.80, 0.68),
    (0.45, 0.24, 0.38), (0.78, 0.42, 0.26), (0.28, 0.30, 0.36), (0.52, 0.66, 0.66), (0.70, 0.30, 0.36),
)  # fmt: skip
WORDS = (
    "THE LONG SHORE", "RIVERS", "A WINTER GARDEN", "LIGHT & SHADE", "SALT", "NORTHERN BIRDS", "THE CLOCKMAKER",
    "TALES OF WOOL", "ATLAS", "HERBS", "ON WALKING", "SEVEN ISLANDS", "BREAD", "THE GLASS HOUSE", "COMETS",
    "A SMALL HISTORY OF MAPS", "TIDES", "LANTERNS", "OLD ROADS", "MOSS",
)  # fmt: skip
BRASS: Colour = (0.72, 0.56, 0.28)


def book(rng: np.random.Generator, size: Numbers) -> list[Patch]:
    """A book standing upright, its back towards -z; `size` is thickness, height, depth in metres."""
    cloth = np.asarray(CLOTHS[rng.integers(len(CLOTHS))]) * rng.uniform(0.8, 1.15)
    print_colour: Colour = (0.93, 0.85, 0.62) if cloth.sum() < 1.7 else (0.18, 0.14, 0.14)
    cover = textures.fabric(cloth, 0.8 * cloth)
    back = textures.spine(cloth, print_colour, WORDS[rng.integers(len(WORDS))])
    return [
        *box((0, 0, 0), size, back, ["front"], detail=1.6),
        *box((0, 0, 0), size, cover, ["left", "right"]),
        *box((0, 0, 0), size, textures.pages, ["top"]),
    ]


def book_row(rng: np.random.Generator, width: float, height: float, depth: float) -> list[Patch]:
    """Books side by side from x = 0, some leaning, up to `width`; their backs are near z = 0, uneven."""
    patches: list[Patch] = []
    x = 0.0
    while True:
        size = (rng.uniform(0.018, 0.05), height * rng.uniform(0.68, 0.95), depth * rng.uniform(0.75, 0.95))
        if x + size[0] > width - 0.02:
            return patches
        patches += moved(book(rng, size), (x + size[0] / 2, 0, size[2] / 2 + rng.uniform(0, 0.02)))
        x += size[0] + 0.0015


def book_pile(rng: np.random.Generator, count: int) -> list[Patch]:
    """Books lying on each other, each turned a little."""
    patches: list[Patch] = []
    height = 0.0
    for _ in range(count):
        thickness = rng.uniform(0.02, 0.04)
        size = (thickness, rng.uniform(0.18, 0.25), rng.uniform(0.13, 0.18))
        lying = moved(book(rng, size), (size[1] / 2, -thickness / 2, 0), roll=-90)
        patches += moved(lying, (0, -height, 0), yaw=rng.uniform(-25, 25))
        height += thickness + 0.001
    return patches


def bookshelf(rng: np.random.Generator, width: float = 1.7, height: float = 2.05, depth: float = 0.3) -> list[Patch]:
    """A shelf of five boards and an upright, filled with books and a few ornaments."""
    board, front = textures.wood(textures.WALNUT), -depth
    patches = box((0, 0, -0.01), (width, height, 0.015), textures.plaster((0.36, 0.30, 0.26)), ["front"])
    for x in (-width / 2, 0.0, width / 2):
        patches += box((x, 0, front / 2), (0.03, height, depth), board, ["front", "left", "right", "top"])
    heights = np.linspace(0.06, height - 0.03, 6)
    for y in heights:
        patches += box(
            (0, -y, front / 2 + 0.002), (width - 0.03, 0.028, depth - 0.01), board, ["front", "top", "bottom"]
        )
    span, room = width / 2 - 0.05, heights[1] - heights[0] - 0.03
    ornaments = [lambda: vase(rng, 0.24), lambda: small_globe(0.10), lambda: jar(rng), lambda: book_pile(rng, 5)]
    for i, y in enumerate(heights[:-1] + 0.028):
        for j, left in enumerate((-width / 2 + 0.025, 0.025)):
            pair = (2 * i + j) % 3
            share = 1.0 if pair == 0 else rng.uniform(0.5, 0.66)
            patches += moved(book_row(rng, span * share, room, depth * 0.85), (left, -y, front + 0.02))
            if share < 1:
                x = left + span * (share + 1) / 2
                patches += moved(ornaments[(i + 2 * j) % 4](), (x, -y, front / 2))
    return patches


def vase(rng: np.random.Generator, height: float, colours: Sequence[Colour] = CLOTHS) -> list[Patch]:
    """A turned, glazed vase."""
    belly, waist = rng.uniform(0.22, 0.3), rng.uniform(0.07, 0.12)
    knots = [(waist * 1.4, 1.0), (waist, 0.9), (belly, 0.5), (belly * 0.9, 0.3), (0.13, 0.02), (0.13, 0.0)]
    profile = smooth_profile([(r * height, h * height) for r, h in knots])
    chosen = [colours[i] for i in rng.permutation(len(colours))[:4]]
    rim = knots[0][0] * height
    inside = lathe((0, -0.9 * height, 0), [(0.0, 0.0), (rim, 0.1 * height)], textures.plaster((0.25, 0.2, 0.18)))
    return [lathe((0, 0, 0), profile, textures.glazed(chosen), detail=1.4), replace(inside, two_sided=True)]


def jar(rng: np.random.Generator) -> list[Patch]:
    """A lidded jar."""
    body = lathe(
        (0, 0, 0), [(0.05, 0.15), (0.062, 0.13), (0.065, 0.01), (0.06, 0.0)], textures.glazed(list(CLOTHS[3:8]))
    )
    lid = lathe(
        (0, -0.15, 0),
        [(0, 0.045), (0.012, 0.04), (0.015, 0.02), (0.05, 0.012), (0.054, 0)],
        textures.wood(textures.OAK),
    )
    return [body, lid]


def small_globe(radius: float) -> list[Patch]:
    """A globe with a painted map on a brass foot."""
    foot = smooth_profile(
        [(0.012, radius * 0.7), (0.015, 0.05), (radius * 0.35, 0.02), (radius * 0.6, 0.008), (radius * 0.6, 0)]
    )
    ring_angle = np.linspace(-2.0, 2.0, 25)
    ring = 1.07 * radius * np.stack([np.sin(ring_angle), np.cos(ring_angle), 0 * ring_angle], 1)
    across = np.tile((0.0, 0.0, 0.012), (25, 1))
    meridian = ribbon(ring - np.array((0, 1.6 * radius, 0)), across, textures.metal(BRASS))
    return [
        lathe((0, 0, 0), foot, textures.metal(BRASS)),
        *moved([ball((0, 0, 0), radius, pictures.chart, 1.6)], (0, -1.6 * radius, 0), roll=20),
        meridian,
    ]


def sofa(rng: np.random.Generator, cloth: Colour, width: float = 1.9) -> list[Patch]:
    """A two-seater with four pillows and a throw."""
    fabric = textures.fabric(cloth, np.asarray(cloth) * 1.45, 0.45)
    dark = textures.fabric(np.asarray(cloth) * 0.85, np.asarray(cloth) * 1.2, 0.45)
    inner = width - 0.36
    patches = cushion((0, -0.2, -0.42), (width, 0.22, 0.80), dark, 10)
    patches += cushion((0, -0.52, -0.13), (width, 0.66, 0.24), fabric, 9)
    for side in (-1, 1):
        patches += cushion((side * (width / 2 - 0.09), -0.36, -0.43), (0.19, 0.46, 0.82), fabric, 7)
        patches += cushion((side * inner / 4, -0.40, -0.48), (inner / 2 + 0.02, 0.20, 0.66), fabric, 6)
        patches += moved(
            cushion((0, 0, 0), (inner / 2, 0.42, 0.17), fabric, 5), (side * inner / 4, -0.66, -0.30), pitch=-12
        )
        for x in (0.5 * inner - 0.06, 0.25 * inner - 0.03):
            pillow = cushion((0, 0, 0), (0.38, 0.38, 0.15), _pillow_paint(rng), 3.2, 10)
            patches += moved(pillow, (side * x, -0.67, -0.45 - 0.06 * rng.random()), side * 12, -20, rng.uniform(-8, 8))
        for z in (-0.08, -0.74):
            patches += box(
                (side * (width / 2 - 0.1), 0, z), (0.05, 0.10, 0.05), textures.wood(textures.WALNUT), FACES[:4]
            )
    return patches


def _pillow_paint(rng: np.random.Generator) -> Paint:
    palette = [CLOTHS[i] for i in rng.permutation(len(CLOTHS))[:5]]
    patterns = (
        textures.patchwork(palette, 0.075),
        textures.striped(palette, 0.03),
        textures.botanical(palette[0], [palette[1], palette[2]], palette[3]),
    )
    return patterns[rng.integers(3)]


def armchair(cloth: Colour) -> list[Patch]:
    """A round-edged armchair."""
    fabric = textures.fabric(cloth, np.asarray(cloth) * 0.6, 0.5)
    patches = cushion((0, -0.26, -0.40), (0.78, 0.28, 0.74), fabric, 8)
    patches += cushion((0, -0.44, -0.44), (0.56, 0.18, 0.60), fabric, 5)
    patches += moved(cushion((0, 0, 0), (0.74, 0.70, 0.20), fabric, 5), (0, -0.62, -0.14), pitch=-8)
    for side in (-1, 1):
        patches += cushion((side * 0.34, -0.40, -0.42), (0.16, 0.44, 0.72), fabric, 6)
        for z in (-0.10, -0.70):
            patches += box((side * 0.32, 0, z), (0.045, 0.14, 0.045), textures.wood(textures.OAK), FACES[:4])
    return patches


def coffee_table(width: float = 1.05, depth: float = 0.62, height: float = 0.46) -> list[Patch]:
    """A low table of boards with a lower shelf."""
    top = box((0, -height + 0.035, 0), (width, 0.035, depth), textures.planks(textures.OAK, 0.105), FACES)
    patches = [replace(side, light_detail=3.0) for side in top]
    patches += box((0, -0.14, 0), (width - 0.12, 0.02, depth - 0.10), textures.wood(textures.OAK), FACES)
    for x in (-1, 1):
        for z in (-1, 1):
            leg = (x * (width / 2 - 0.05), 0, z * (depth / 2 - 0.05))
            patches += box(leg, (0.055, height - 0.035, 0.055), textures.wood(textures.WALNUT), FACES[:4])
    return patches


def mug(colour: Colour) -> list[Patch]:
    """A mug with a handle, filled."""
    paint = textures.speckled(colour, (0.25, 0.2, 0.2), 0.15)
    angle = np.linspace(-0.3, np.pi + 0.3, 13)
    spine = np.stack([0.04 + 0.026 * np.sin(angle), -0.05 - 0.03 * np.cos(angle), 0 * angle], 1)
    return [
        lathe((0, 0, 0), [(0.04, 0.1), (0.042, 0.097), (0.042, 0.01), (0.036, 0.0)], paint, detail=1.4),
        lathe((0, 0, 0), [(0.0, 0.085), (0.04, 0.0851)], textures.speckled((0.30, 0.18, 0.10), (0.5, 0.34, 0.2))),
        ribbon(spine, np.tile((0.0, 0.0, 0.008), (13, 1)), paint),
    ]


def fruit_bowl(rng: np.random.Generator) -> list[Patch]:
    """A wooden bowl of oranges, apples and a pear."""
    bowl = [(0.15, 0.085), (0.13, 0.05), (0.08, 0.015), (0.05, 0.0)]
    patches = [
        lathe((0, 0, 0), smooth_profile(bowl, 10), textures.glazed([CLOTHS[1], CLOTHS[4], CLOTHS[8]], 4), detail=1.4),
        lathe((0, 0, 0), [(0.0, 0.03), (0.10, 0.045), (0.147, 0.086)], textures.wood(textures.WALNUT)),
    ]
    skins: tuple[Colour, ...] = ((0.93, 0.53, 0.13), (0.80, 0.16, 0.14), (0.72, 0.74, 0.22))
    for i in range(6):
        angle, away = i * np.pi / 2.5, 0.075 if i < 5 else 0.0
        center = (away * np.sin(angle), -0.085 - (0.05 if i == 5 else 0), away * np.cos(angle))
        paint = textures.speckled(skins[i % 3], np.asarray(skins[(i + 1) % 3]) * 0.9, 0.12)
        patches += moved(
            [ball((0, 0, 0), rng.uniform(0.038, 0.046), paint, rows=10)], center, roll=rng.uniform(-40, 40)
        )
    return patches


def plant(rng: np.random.Generator, height: float, count: int, pot: float) -> list[Patch]:
    """A pot of long arching leaves, up to `height` metres."""
    patches = [
        lathe(
            (0, 0, 0),
            [(pot, 2 * pot), (pot * 0.98, 1.9 * pot), (0.7 * pot, 0.0)],
            textures.glazed([CLOTHS[6], CLOTHS[4], CLOTHS[1]], 5),
        ),
        lathe(
            (0, 0, 0),
            [(0.0, 1.86 * pot), (pot * 0.99, 1.84 * pot)],
            textures.speckled((0.26, 0.18, 0.13), (0.45, 0.36, 0.28)),
        ),
    ]
    for i in range(count):
        heading, reach = i * 2.4 + rng.uniform(-0.3, 0.3), rng.uniform(0.25, 0.55) * height
        rise, t = height * rng.uniform(0.55, 1.0) - 1.8 * pot, np.linspace(1, 0, 11)
        out = reach * t**1.6
        up = 1.8 * pot + rise * (1.25 * t - 0.25 * t**3 - 0.35 * t**4 * rng.random())
        spine = np.stack([out * np.sin(heading), -up, out * np.cos(heading)], 1)
        width = 0.055 * height * np.sin(np.pi * np.clip(0.08 + 0.9 * t, 0, 1)) ** 0.8 + 0.004
        across = width[:, None] * np.array([np.cos(heading), 0.25 * rng.uniform(-1, 1), -np.sin(heading)])
        green = np.array([0.26, 0.46, 0.22]) * rng.uniform(0.75, 1.35)
        patches.append(ribbon(spine, across, textures.leaf(green)))
    return patches


def floor_lamp() -> list[Patch]:
    """A standing lamp, its shade lit from inside."""
    metal = textures.metal(BRASS)
    shade = lathe(
        (0, -1.42, 0),
        [(0.13, 0.30), (0.21, 0.0)],
        textures.striped([(1.0, 0.90, 0.68), (1.0, 0.84, 0.58), (0.96, 0.76, 0.48)], 0.05),
    )
    return [
        lathe((0, 0, 0), [(0.0, 0.03), (0.13, 0.025), (0.15, 0.0)], metal),
        lathe((0, 0, 0), [(0.014, 1.55), (0.014, 0.02)], metal, 10),
        replace(shade, glow=True),
    ]


def pouf(colours: list[Colour]) -> list[Patch]:
    """A round woven stool."""
    knots = [(0.0, 0.40), (0.2, 0.39), (0.27, 0.33), (0.28, 0.2), (0.26, 0.06), (0.2, 0.0)]
    return [lathe((0, 0, 0), smooth_profile(knots), textures.patchwork(colours, 0.09))]


def basket() -> list[Patch]:
    """A wicker basket with a folded blanket."""
    blanket = cushion((0, -0.30, 0), (0.30, 0.16, 0.28), textures.striped(list(CLOTHS[:5]), 0.04), 4)
    return [lathe((0, 0, 0), [(0.19, 0.30), (0.20, 0.15), (0.16, 0.0)], textures.wicker((0.72, 0.54, 0.34))), *blanket]


def picture(size: Numbers, paint: Paint, frame: Colour, border: float = 0.045) -> list[Patch]:
    """A framed picture hanging flat on the wall, centred at the origin; `size` is width and height of the whole."""
    w, h = size
    wooden = textures.wood(frame)
    inner_w, inner_h = w - 2 * border, h - 2 * border
    patches = [rect((-inner_w / 2, -inner_h / 2, -0.012), (inner_w, 0, 0), (0, inner_h, 0), paint, 1.6)]
    for side in (-1, 1):
        patches += box((0, side * (h - border) / 2 + border / 2, -0.016), (w, border, 0.032), wooden, FACES)
        patches += box((side * (w - border) / 2, inner_h / 2, -0.0155), (border, inner_h, 0.031), wooden, FACES[:4])
    return patches


def sideboard(width: float = 1.5) -> list[Patch]:
    """A low cupboard with four doors of different woods."""
    patches = box((0, -0.08, -0.2), (width, 0.68, 0.40), textures.wood(textures.WALNUT), FACES)
    for i in range(4):
        x = (i - 1.5) * width / 4
        tone = np.asarray(textures.OAK) * (0.9 + 0.07 * i)
        patches += box((x, -0.11, -0.408), (width / 4 - 0.02, 0.62, 0.018), textures.wood(tone), FACES)
        patches.append(ball((x + 0.12, -0.42, -0.43), 0.014, textures.metal(BRASS), rows=8))
    for x in (-1, 1):
        for z in (-0.05, -0.35):
            patches += box((x * (width / 2 - 0.08), 0, z), (0.05, 0.08, 0.05), textures.wood(textures.OAK), FACES[:4])
    return patches


def window(width: float, height: float) -> list[Patch]:
    """A casement with the view outside, a sill and two curtains; centred at the origin in the wall's plane."""
    white = textures.lacquered((0.95, 0.94, 0.91))
    patches = [
        rect((-width / 2, -height / 2, -0.004), (width, 0, 0), (0, height, 0), pictures.outdoors, 1.2, glow=True)
    ]
    for x, thick in ((-width / 2, 0.08), (0.0, 0.05), (width / 2, 0.08)):
        patches += box((x, height / 2, -0.03), (thick, height, 0.06), white, FACES[:4])
    for y, thick in ((-height / 2, 0.08), (-height / 6, 0.035), (height / 2, 0.08)):
        patches += box((0, y + thick / 2, -0.0295), (width + 0.08, thick, 0.058), white, FACES)
    patches += box((0, height / 2 + 0.07, -0.09), (width + 0.25, 0.03, 0.18), white, FACES)
    return patches + [curtain(side * (width / 2 + 0.16), height) for side in (-1, 1)] + [rail(width, height)]


def curtain(x: float, height: float) -> Patch:
    """A pleated curtain hanging from above the window to below the sill."""
    u, v = np.linspace(-0.19, 0.19, 41), np.linspace(-height / 2 - 0.12, height / 2 + 0.42, 5)
    fold = -0.12 + 0.035 * np.sin(2 * np.pi * u / 0.095)
    points = np.stack(np.broadcast_arrays(x + u[None, :], v[:, None], fold[None, :]), axis=2)
    return Patch(
        points.astype(float),
        textures.striped([CLOTHS[4], CLOTHS[2], CLOTHS[6], (0.93, 0.88, 0.78)], 0.05),
        two_sided=True,
    )


def rail(width: float, height: float) -> Patch:
    """The curtain rail."""
    pole = lathe((0, 0, 0), [(0.014, width / 2 + 0.4), (0.014, -width / 2 - 0.4)], textures.wood(textures.WALNUT), 10)
    return moved([pole], (0, -height / 2 - 0.13, -0.12), roll=90)[0]

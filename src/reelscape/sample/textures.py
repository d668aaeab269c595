"""Materials: each makes a painter of sheets, without exact repeats, in display colours 0..1, light not yet applied."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from reelscape.sample.patches import Paint
from reelscape.sample.sheet import Colour, Colours, Field, Pen, Sheet, mix, step

OAK: Colour = (0.70, 0.50, 0.31)
WALNUT: Colour = (0.42, 0.27, 0.17)
PINE: Colour = (0.82, 0.66, 0.44)


def shaded(colours: Colours, field: Field) -> Colours:
    """Colours made lighter and darker by a field around 0."""
    return np.asarray(colours * (1 + field)[..., None], dtype=np.float32)


def plaster(colour: Colour, roughness: float = 1.0) -> Paint:
    """Painted plaster: faint clouds, brush strokes and grain."""

    def paint(sheet: Sheet) -> Colours:
        field = 0.035 * sheet.fractal(0.6, 5) + 0.025 * sheet.fractal(0.03, 3) + 0.012 * sheet.grain()
        return shaded(sheet.plain(colour), roughness * field)

    return paint


def lacquered(colour: Colour) -> Paint:
    """Painted wood: the grain shows faintly."""
    return lambda sheet: mix(sheet.plain(colour), grained(sheet, colour, sheet.height_m > sheet.width_m), 0.22)


def grained(sheet: Sheet, colour: Colour | Colours, upright: bool) -> Colours:
    """Wood grain over a colour: rings cut lengthwise, fibres and pores."""
    stretch, across = (1 / 12, 12.0) if upright else (12.0, 1.0)
    rings = sheet.fractal(0.05 * across, 3, stretch)
    lines = np.abs(np.sin(7 * rings)) - 0.64
    fibres = sheet.noise(0.006 * across, stretch) + 0.7 * sheet.noise(0.003 * across, stretch)
    field = 0.16 * lines + 0.06 * fibres + 0.06 * rings + 0.025 * sheet.grain()
    ground = np.asarray(colour, np.float32) if np.ndim(colour) == 3 else sheet.plain(colour)
    return shaded(ground, field)


def wood(colour: Colour) -> Paint:
    """One board, the grain along its longer side."""
    return lambda sheet: grained(sheet, colour, sheet.height_m > sheet.width_m)


def planks(colour: Colour, width_m: float = 0.13) -> Paint:
    """Floor boards of random lengths, each of its own tone, grain along x."""

    def paint(sheet: Sheet) -> Colours:
        x, y = sheet.axes()
        row = (y / width_m).astype(int)[:, 0]
        tones, joints = np.zeros(sheet.shape, np.float32), np.full(sheet.shape, 9.0, np.float32)
        for board_row in range(row[-1] + 1):
            ends = np.cumsum(sheet.rng.uniform(0.7, 1.7, 12)) - sheet.rng.uniform(0, 1)
            board = np.searchsorted(ends, x[0])
            tones[row == board_row] = sheet.rng.normal(0, 1, 14)[board]
            joints[row == board_row] = np.abs(x[0, :, None] - ends).min(axis=1)
        seam = np.minimum(np.minimum(y % width_m, width_m - y % width_m), joints)
        warm = np.stack([tones * 0.08, tones * 0.10, tones * 0.13], axis=2)
        boards = grained(sheet, sheet.plain(colour) * (1 + warm), upright=False)
        return shaded(boards, 0.6 * step(seam, 0.003, 0.002) - 0.6)

    return paint


def bricks(clay: Colour, mortar: Colour) -> Paint:
    """A brick wall: each brick its own size, tone and stains."""
    course_m, length_m = 0.078, 0.235

    def paint(sheet: Sheet) -> Colours:
        x, y = sheet.axes()
        y = y + 0.003 * sheet.noise(0.12)
        row = (y / course_m).astype(int)
        shift = sheet.rng.uniform(0, 0.08, row.max() + 2)[row] + (row % 2) * (length_m / 2)
        along = x + shift + 0.004 * sheet.noise(0.12)
        column = (along / length_m).astype(int)
        fx, fy = along % length_m, y % course_m
        gap = np.minimum(np.minimum(fx, length_m - fx), np.minimum(fy, course_m - fy))
        tone = sheet.rng.normal(0, 1, (row.max() + 2, column.max() + 2, 3))[row, column].astype(np.float32)
        clays = sheet.plain(clay) * (1 + 0.13 * tone[..., :1] + 0.05 * tone)
        clays = shaded(clays, 0.12 * sheet.fractal(0.05, 4) + 0.05 * sheet.grain())
        mortars = shaded(sheet.plain(mortar), 0.06 * sheet.fractal(0.03, 3) + 0.04 * sheet.grain())
        edge = gap + 0.0022 * sheet.noise(0.012)
        return mix(mortars, clays, step(edge, 0.0062, 0.0015))

    return paint


def leaf_outline(center: Colour, angle: float, length: float, width: float) -> np.ndarray:
    """A pointed leaf as a polygon [P, 2], its stem at `center`."""
    t = np.linspace(0, 1, 9)
    half = width * np.sin(np.pi * t**0.8)
    outline = np.concatenate([np.stack([t * length, half], 1), np.stack([t * length, -half], 1)[::-1]])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(outline @ turn + np.asarray(center), dtype=float)


def botanical(ground: Colour, inks: list[Colour], dots: Colour) -> Paint:
    """Wallpaper with sprigs strewn at random, no two alike."""

    def sprig(pen: Pen, sheet: Sheet, x: float, y: float) -> None:
        rng = sheet.rng
        heading, bend = rng.uniform(0, 2 * np.pi), rng.uniform(-3, 3)
        length, colour = rng.uniform(0.10, 0.20), np.asarray(inks[rng.integers(len(inks))]) * rng.uniform(0.9, 1.1)
        t = np.linspace(0, 1, 12)
        angle = heading + bend * (t - 0.5)
        stem = np.array([x, y]) + np.cumsum(np.stack([np.cos(angle), np.sin(angle)], 1), 0) * length / 12
        pen.line(stem, colour, 0.004)
        for i in range(1, 12):
            side = 1 if i % 2 else -1
            size = rng.uniform(0.03, 0.05) * (1.1 - 0.5 * t[i])
            pen.polygon(leaf_outline(stem[i], angle[i] + side * rng.uniform(0.5, 1.0), size, size * 0.22), colour)
        pen.disc(stem[-1], rng.uniform(0.006, 0.012), dots)

    def draw(pen: Pen, sheet: Sheet) -> None:
        pitch = 0.17
        for y in np.arange(0, sheet.height_m + pitch, pitch):
            for x in np.arange(0, sheet.width_m + pitch, pitch):
                dx, dy = sheet.rng.uniform(-0.07, 0.07, 2)
                sprig(pen, sheet, x + dx, y + dy)
        for _ in range(int(60 * sheet.width_m * sheet.height_m)):
            pen.disc(sheet.rng.uniform(0, (sheet.width_m, sheet.height_m)), sheet.rng.uniform(0.002, 0.006), dots)

    def paint(sheet: Sheet) -> Colours:
        paper = shaded(sheet.plain(ground), 0.03 * sheet.fractal(0.5, 4) + 0.02 * sheet.noise(0.004))
        drawn = sheet.drawn(paper, lambda pen: draw(pen, sheet))
        return shaded(drawn, 0.02 * sheet.fractal(0.02, 2) + 0.012 * sheet.grain())

    return paint


def fabric(colour: Colour, accent: Colour, share: float = 0.3) -> Paint:
    """Coarse melange cloth: threads of two colours, soft wear."""

    def paint(sheet: Sheet) -> Colours:
        threads = sheet.noise(0.004, 5) + sheet.noise(0.02, 0.2) + 0.8 * sheet.noise(0.007)
        field = 0.05 * sheet.fractal(0.15, 3) + 0.05 * sheet.grain()
        return shaded(mix(colour, accent, share * step(threads, 0.6, 0.9)), field)

    return paint


def striped(colours: list[Colour], width_m: float) -> Paint:
    """Woven stripes running down, of uneven widths."""

    def paint(sheet: Sheet) -> Colours:
        x, _ = sheet.axes()
        edges = np.cumsum(sheet.rng.uniform(0.35, 1.6, int(3 * sheet.width_m / width_m) + 8) * width_m)
        index = np.searchsorted(edges, x[0] + 0 * x[0])
        stripes = np.asarray(colours, np.float32)[sheet.rng.permutation(len(edges) + 1)[index] % len(colours)]
        cloth = np.broadcast_to(stripes[None], (*sheet.shape, 3))
        return shaded(cloth, 0.05 * sheet.noise(0.004, 4) + 0.05 * sheet.fractal(0.1, 3) + 0.04 * sheet.grain())

    return paint


def patchwork(palette: list[Colour], cell_m: float) -> Paint:
    """Triangles of many colours sewn together, for pillows and cubes."""

    def paint(sheet: Sheet) -> Colours:
        x, y = sheet.axes()
        column, row = (x / cell_m).astype(int), (y / cell_m).astype(int)
        fx, fy = x / cell_m - column, y / cell_m - row
        count = (row.max() + 1, column.max() + 1)
        flip = sheet.rng.random(count)[row, column] < 0.5
        upper = np.where(flip, fx > fy, fx + fy > 1)
        choice = sheet.rng.integers(len(palette), size=(*count, 2))[row, column, upper.astype(int)]
        tone = 0.08 * sheet.rng.standard_normal((*count, 2))[row, column, upper.astype(int)]
        cloth = np.asarray(palette, np.float32)[choice]
        return shaded(cloth, tone.astype(np.float32) + 0.05 * sheet.noise(0.004, 3) + 0.04 * sheet.grain())

    return paint


def rug(ground: Colour, border: Colour, inks: list[Colour]) -> Paint:
    """A woven rug: a wide border, a field of diamonds and stars, wool in uneven dye lots."""

    def star(pen: Pen, rng: np.random.Generator, center: np.ndarray, size: float) -> None:
        points = int(rng.integers(4, 9))
        for ring in range(3):
            angle = np.linspace(0, 2 * np.pi, 2 * points, endpoint=False) + rng.uniform(0, 1)
            radius = size * (1 - 0.3 * ring) * np.where(np.arange(2 * points) % 2, rng.uniform(0.45, 0.8), 1)
            star_points = center + radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
            pen.polygon(star_points, inks[rng.integers(len(inks))])

    def draw(pen: Pen, sheet: Sheet) -> None:
        w, h, rng = sheet.width_m, sheet.height_m, sheet.rng
        for inset, colour in ((0.04, inks[0]), (0.055, border), (0.19, inks[1]), (0.205, ground)):
            pen.bar(inset, inset, w - inset, h - inset, colour)
        for t in np.arange(0.12, 2 * (w + h) - 0.5, 0.115):
            star(pen, rng, _around(t, w, h, 0.122), rng.uniform(0.035, 0.055))
        for y in np.arange(0.33, h - 0.25, 0.21):
            for x in np.arange(0.33, w - 0.25, 0.21):
                star(pen, rng, np.array([x, y]) + rng.uniform(-0.03, 0.03, 2), rng.uniform(0.055, 0.10))
        for _ in range(int(90 * w * h)):
            pen.disc(rng.uniform(0.24, (w - 0.24, h - 0.24)), rng.uniform(0.005, 0.012), inks[rng.integers(len(inks))])

    def paint(sheet: Sheet) -> Colours:
        drawn = sheet.drawn(border, lambda pen: draw(pen, sheet))
        wool = 0.06 * sheet.noise(0.02, 25) + 0.08 * sheet.noise(0.005) + 0.06 * sheet.grain()
        return shaded(drawn, wool + 0.05 * sheet.fractal(0.3, 3))

    return paint


def _around(t: float, w: float, h: float, inset: float) -> np.ndarray:
    """The point at distance t along a rectangle that lies `inset` inside a w x h sheet."""
    w, h = w - 2 * inset, h - 2 * inset
    t = t % (2 * (w + h))
    if t < w:
        x, y = t, 0.0
    elif t < w + h:
        x, y = w, t - w
    elif t < 2 * w + h:
        x, y = 2 * w + h - t, h
    else:
        x, y = 0.0, 2 * (w + h) - t
    return np.array([x + inset, y + inset])


def glazed(colours: list[Colour], bands: int = 7) -> Paint:
    """Glazed pottery: bands around, zigzags and dabs between them."""

    def draw(pen: Pen, sheet: Sheet) -> None:
        rng, w, h = sheet.rng, sheet.width_m, sheet.height_m
        edges = np.sort(rng.uniform(0.05, 0.95, bands)) * h
        for top, bottom in pairwise(edges):
            pen.bar(0, top, w, bottom, np.asarray(colours[rng.integers(len(colours))]) * rng.uniform(0.85, 1.1))
            x = np.linspace(0, w, 2 * int(rng.integers(7, 15)) + 1)
            zigzag = np.where(np.arange(len(x)) % 2, top, bottom) * 0.8 + 0.1 * (top + bottom)
            pen.line(np.stack([x, zigzag], 1), colours[rng.integers(len(colours))], 0.006)
            for px in rng.uniform(0, w, 14):
                pen.disc((px, rng.uniform(top, bottom)), rng.uniform(0.003, 0.009), colours[rng.integers(len(colours))])

    def paint(sheet: Sheet) -> Colours:
        drawn = sheet.drawn(colours[0], lambda pen: draw(pen, sheet))
        return shaded(drawn, 0.06 * sheet.fractal(0.05, 4) + 0.02 * sheet.grain())

    return paint


def wicker(colour: Colour) -> Paint:
    """Basketwork: strands over and under, each its own tone."""

    def paint(sheet: Sheet) -> Colours:
        x, y = sheet.axes()
        row, column = (y / 0.02).astype(int), (x / 0.035).astype(int)
        over = ((row + column) % 2).astype(np.float32)
        bulge = np.sin(np.pi * (y / 0.02 - row)) * (0.55 + 0.45 * over * np.sin(np.pi * (x / 0.035 - column)))
        tone = sheet.rng.normal(0, 0.14, (row.max() + 1, column.max() + 1)).astype(np.float32)[row, column]
        return shaded(sheet.plain(colour), 0.7 * bulge.astype(np.float32) - 0.5 + tone + 0.06 * sheet.noise(0.004, 6))

    return paint


def metal(colour: Colour) -> Paint:
    """Brushed metal with some tarnish."""
    return lambda sheet: shaded(sheet.plain(colour), 0.10 * sheet.noise(0.003, 12) + 0.10 * sheet.fractal(0.04, 3))


def speckled(colour: Colour, spots: Colour, density: float = 0.25) -> Paint:
    """Stone or fruit skin: clouds and two sizes of specks."""

    def paint(sheet: Sheet) -> Colours:
        specks = np.maximum(step(sheet.noise(0.006), 1.3, 0.4), 0.8 * step(sheet.noise(0.016), 1.2, 0.3))
        ground = shaded(sheet.plain(colour), 0.09 * sheet.fractal(0.06, 4) + 0.03 * sheet.grain())
        return mix(ground, spots, 4 * density * specks)

    return paint


def leaf(colour: Colour) -> Paint:
    """A leaf: midrib, side veins, mottled green."""

    def paint(sheet: Sheet) -> Colours:
        x, y = sheet.axes()
        off = np.abs(x / sheet.width_m - 0.5) * 2
        veins = np.abs(((y / sheet.height_m * 9 - off * 2.2) % 1) - 0.5)
        field = 0.25 * step(0.06 - off + 0 * y, 0.0, 0.03) + 0.16 * step(0.1 - veins, 0.0, 0.06)
        return shaded(sheet.plain(colour), field + 0.12 * sheet.fractal(0.05, 4) + 0.04 * sheet.grain())

    return paint


def spine(cloth: Colour, print_colour: Colour, title: str) -> Paint:
    """A book's back: cloth, bands and the title written down it."""

    def paint(sheet: Sheet) -> Colours:
        w, h, rng = sheet.width_m, sheet.height_m, sheet.rng
        upright = Sheet(h, w, sheet.texel_m, rng)

        def draw(pen: Pen) -> None:
            for at in rng.uniform(0.02, 0.2, rng.integers(1, 4)):
                for y in (at * h, (1 - at) * h):
                    pen.bar(y, 0, y + rng.uniform(0.002, 0.009), w, print_colour)
            pen.text((h / 2, w / 2), title, min(0.6 * w, 1.25 * h / max(len(title), 8)), print_colour)
            if rng.random() < 0.5:
                pen.disc((rng.uniform(0.85, 0.9) * h, w / 2), 0.28 * w, print_colour)

        along = upright.drawn(cloth, draw)
        painted = np.rot90(along, -1)[: sheet.shape[0], : sheet.shape[1]]
        return shaded(np.ascontiguousarray(painted), 0.05 * sheet.fractal(0.05, 3) + 0.05 * sheet.grain())

    return paint


def pages(sheet: Sheet) -> Colours:
    """The cut edges of a book's pages."""
    return shaded(sheet.plain((0.88, 0.83, 0.72)), 0.07 * sheet.noise(0.002, 40) + 0.03 * sheet.grain())

"""Pictures for the walls, the globe and the window, each painted fresh from random numbers."""

from __future__ import annotations

import numpy as np

from reelscape.sample.patches import Paint
from reelscape.sample.sheet import Colour, Colours, Field, Pen, Sheet, mix, step
from reelscape.sample.textures import leaf_outline, shaded


def ridge(sheet: Sheet, height: float, roughness: float) -> Field:
    """The outline of a hill range: metres from the top for each column, [1, W]."""
    line = Sheet(sheet.width_m, sheet.texel_m, sheet.texel_m, sheet.rng)
    return np.asarray(
        sheet.height_m * (height - roughness * line.fractal(sheet.width_m / 2, 6, 1.0, 0.5)[:1]), np.float32
    )


def landscape(sky: tuple[Colour, Colour], hills: tuple[Colour, Colour], sun: Colour) -> Paint:
    """Hill ranges fading into the distance under a clouded evening sky."""

    def paint(sheet: Sheet) -> Colours:
        x, y = sheet.axes()
        picture = mix(sky[0], sky[1], np.broadcast_to(y / (0.65 * sheet.height_m), sheet.shape).clip(0, 1))
        centre = sheet.rng.uniform(0.3, 0.7) * sheet.width_m
        away = np.hypot(x - centre, y - 0.4 * sheet.height_m) / sheet.height_m
        clouds = sheet.fractal(0.25 * sheet.height_m, 5, 3.0)
        picture = mix(picture, sun, step(clouds, 0.5, 0.9) * 0.55)
        picture = mix(picture, sun, np.maximum(step(-away, -0.09, 0.006), 0.7 * np.exp(-8 * away)))
        for i in range(6):
            outline = ridge(sheet, 0.5 + 0.08 * i, 0.06 - 0.004 * i)
            tone = shaded(
                mix(hills[0], hills[1], np.full(sheet.shape, i / 5, np.float32)), 0.10 * sheet.fractal(0.08, 5)
            )
            picture = mix(picture, tone, step(y - outline, 0.0, 0.002))
        return shaded(picture, 0.03 * sheet.noise(0.006) + 0.02 * sheet.grain())

    return paint


def outdoors(sheet: Sheet) -> Colours:
    """What the window shows: a bright sky, far woods, a meadow and round trees."""
    x, y = sheet.axes()
    h = sheet.height_m
    picture = mix((0.62, 0.80, 0.97), (0.93, 0.97, 1.0), np.broadcast_to(y / (0.6 * h), sheet.shape).clip(0, 1))
    picture = mix(picture, (1.0, 1.0, 1.0), 0.8 * step(sheet.fractal(0.3, 5, 2.5), 0.35, 0.5))
    for i, green in enumerate(((0.58, 0.72, 0.70), (0.47, 0.66, 0.50), (0.50, 0.70, 0.36))):
        outline = ridge(sheet, 0.56 + 0.09 * i, 0.03)
        tone = shaded(sheet.plain(green), 0.14 * sheet.fractal(0.06, 5))
        picture = mix(picture, tone, step(y - outline, 0.0, 0.003))
    for _ in range(9):
        cx, cy = sheet.rng.uniform(0, sheet.width_m), h * sheet.rng.uniform(0.6, 0.78)
        radius = sheet.rng.uniform(0.06, 0.15)
        trunk = (
            step(0.012 - np.abs(x - cx), 0.0, 0.003)
            * step(y - cy, 0.0, 0.003)
            * step(cy + 1.7 * radius - y, 0.0, 0.003)
        )
        picture = mix(picture, (0.36, 0.27, 0.20), trunk)
        crown = step(radius * (1 + 0.16 * sheet.fractal(0.05, 3)) - np.hypot(x - cx, y - cy), 0.0, 0.006)
        leaves = shaded(sheet.plain((0.34, 0.56, 0.24)), 0.25 * sheet.fractal(0.03, 3))
        picture = mix(picture, leaves, crown)
    return picture


def abstract(palette: list[Colour], count: int) -> Paint:
    """Overlapping translucent discs, bars and arcs on canvas."""

    def paint(sheet: Sheet) -> Colours:
        x, y = sheet.axes()
        size, rng = min(sheet.width_m, sheet.height_m), sheet.rng
        picture = shaded(sheet.plain(palette[0]), 0.05 * sheet.fractal(0.2, 4))
        for _ in range(count):
            cx, cy = rng.uniform(0, sheet.width_m), rng.uniform(0, sheet.height_m)
            radius, angle = size * rng.uniform(0.05, 0.3), rng.uniform(0, np.pi)
            away = np.hypot(x - cx, y - cy)
            across = (x - cx) * np.cos(angle) + (y - cy) * np.sin(angle)
            along = (x - cx) * np.sin(angle) - (y - cy) * np.cos(angle)
            shape = (
                step(radius - away, 0, 0.001),
                step(0.03 * size - np.abs(away - radius), 0, 0.001),
                step(0.15 * radius - np.abs(across), 0, 0.001) * step(radius - np.abs(along), 0, 0.001),
                step(radius - np.maximum(np.abs(across), np.abs(along)), 0, 0.001),
            )[rng.integers(4)]
            picture = mix(picture, palette[rng.integers(1, len(palette))], shape * np.float32(rng.uniform(0.6, 1.0)))
        return shaded(picture, 0.05 * sheet.noise(0.004) + 0.04 * sheet.fractal(0.04, 3) + 0.03 * sheet.grain())

    return paint


def flowers(ground: Colour, inks: list[Colour], count: int) -> Paint:
    """A still life of blossoms and leaves, thickly strewn."""

    def draw(pen: Pen, sheet: Sheet) -> None:
        rng, scale = sheet.rng, min(sheet.width_m, sheet.height_m)
        for _ in range(3 * count):
            at, length = rng.uniform(0, (sheet.width_m, sheet.height_m)), scale * rng.uniform(0.08, 0.18)
            green = np.array([0.25, 0.45, 0.28]) * rng.uniform(0.6, 1.5)
            pen.polygon(leaf_outline(at, rng.uniform(0, 7), length, 0.22 * length), green)
        for _ in range(count):
            at, radius = rng.uniform(0, (sheet.width_m, sheet.height_m)), scale * rng.uniform(0.04, 0.10)
            colour, petals = np.asarray(inks[rng.integers(len(inks))]), int(rng.integers(6, 12))
            for ring in (1.0, 0.65, 0.4):
                tint = colour * rng.uniform(0.75, 1.15)
                for angle in np.linspace(0, 2 * np.pi, petals, endpoint=False) + rng.uniform(0, 1):
                    pen.polygon(
                        leaf_outline(at, angle, ring * radius, 0.3 * ring * radius), tint * rng.uniform(0.9, 1.1)
                    )
            pen.disc(at, 0.16 * radius, (0.95, 0.78, 0.25))

    def paint(sheet: Sheet) -> Colours:
        wash = shaded(sheet.plain(ground), 0.25 * sheet.fractal(0.2, 4))
        drawn = sheet.drawn(wash, lambda pen: draw(pen, sheet))
        return shaded(drawn, 0.05 * sheet.noise(0.005, 3) + 0.03 * sheet.grain())

    return paint


PLACES = (
    "Amberley", "Brindle", "Corvale", "Dunmoor", "Eastmere", "Fallow", "Greywick", "Harrow", "Islay", "Juniper",
    "Kestrel", "Lindow", "Marlow", "Norwell", "Oakham", "Pentland", "Quarry", "Ravens", "Selby", "Thornby", "Ulver",
)  # fmt: skip


def land(sheet: Sheet, share: float = 0.0) -> Colours:
    """Seas and countries with coasts, heights and forests; wraps around from right to left."""
    x, _ = sheet.axes()
    blend = np.broadcast_to(step(x / sheet.width_m, 0.85, 0.15), sheet.shape)
    field = sheet.fractal(sheet.height_m / 3, 6)
    field = field * (1 - blend) + field[:, ::-1] * blend
    sea = mix((0.20, 0.42, 0.62), (0.45, 0.68, 0.78), step(field, share - 0.5, 0.6))
    ground = mix((0.56, 0.68, 0.36), (0.80, 0.62, 0.36), step(field, share + 0.7, 0.5))
    ground = mix(ground, (0.35, 0.52, 0.28), 0.7 * step(sheet.fractal(0.05, 4), 0.4, 0.4))
    picture = mix(sea, ground, step(field, share, 0.02))
    coast = step(0.05 - np.abs(field - share), 0.0, 0.02)
    return shaded(mix(picture, (0.25, 0.22, 0.18), 0.7 * coast), 0.05 * sheet.fractal(0.03, 3))


def chart(sheet: Sheet) -> Colours:
    """A map for globe and wall: land and sea, a graticule, roads and names."""
    w, h, rng = sheet.width_m, sheet.height_m, sheet.rng

    def draw(pen: Pen) -> None:
        for at in np.linspace(0, w, 13):
            pen.line([(at, 0), (at, h)], (0.86, 0.84, 0.74), 0.0015)
        for at in np.linspace(0, h, 9):
            pen.line([(0, at), (w, at)], (0.86, 0.84, 0.74), 0.0015)
        for _ in range(14):
            walk = rng.uniform(0, (w, h)) + np.cumsum(rng.normal(0, 0.035 * h, (30, 2)), axis=0)
            pen.line(walk, (0.72, 0.22, 0.18), 0.003)
        for _ in range(34):
            at = rng.uniform(0.04, 0.96, 2) * (w, h)
            pen.disc(at, 0.006 * h + 0.001, (0.15, 0.12, 0.12))
            pen.text((at[0], at[1] + 0.025 * h), str(rng.choice(PLACES)), 0.032 * h, (0.15, 0.12, 0.12))

    return shaded(sheet.drawn(land(sheet), draw), 0.02 * sheet.grain())


def poster(ground: Colour, inks: list[Colour], words: tuple[str, ...]) -> Paint:
    """A printed poster: a sunburst, stripes and big words."""

    def draw(pen: Pen, sheet: Sheet) -> None:
        w, h, rng = sheet.width_m, sheet.height_m, sheet.rng
        centre, edges = np.array([0.5 * w, 0.42 * h]), np.sort(rng.uniform(0, 2 * np.pi, 30))
        for i, (a, b) in enumerate(zip(edges[::2], edges[1::2], strict=True)):
            ray = centre + 1.2 * h * np.array([[0, 0], [np.cos(a), np.sin(a)], [np.cos(b), np.sin(b)]])
            pen.polygon(ray, inks[i % len(inks)])
        for i, radius in enumerate((0.26, 0.22, 0.15, 0.07)):
            pen.disc(centre + rng.uniform(-0.01, 0.01, 2), radius * w, inks[(i + 1) % len(inks)])
        pen.bar(0, 0.74 * h, w, h, ground)
        for i, word in enumerate(words):
            pen.text((0.5 * w, (0.80 + 0.09 * i) * h), word, 0.085 * h * (1 - 0.25 * i), inks[0])

    def paint(sheet: Sheet) -> Colours:
        drawn = sheet.drawn(ground, lambda pen: draw(pen, sheet))
        return shaded(drawn, 0.05 * sheet.fractal(0.06, 4) + 0.02 * sheet.grain())

    return paint

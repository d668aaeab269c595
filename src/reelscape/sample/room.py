"""The sample room: what stands where. World frame right-down-forward, metres, origin on the floor under the table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import numpy as np

from reelscape.sample import furniture, pictures, textures
from reelscape.sample.mesh import Room, assemble
from reelscape.sample.patches import FACES, Paint, Patch, box, moved, rect

WIDTH_M, HEIGHT_M, DEPTH_M = 5.2, 2.7, 4.4
SEED = 7
SAGE, CREAM, TEAL = (0.62, 0.68, 0.57), (0.90, 0.85, 0.75), (0.30, 0.47, 0.50)


@cache
def default_room(texel_m: float = 0.003) -> Room:
    """The room, painted at `texel_m` metres per texel and lit; made once per process and texel size.

    About 9 CPU-s at 3 mm and 5 at 12 mm, which is enough for small pictures.
    """
    return assemble(default_patches(), texel_m, SEED)


def default_patches() -> list[Patch]:
    """Everything in the room."""
    rng = np.random.default_rng(SEED)
    things = [*_north(rng), *_east(rng), *_south(rng), *_west(rng), *_middle(rng)]
    return [*_shell(), *(_kept_inside(patch) for patch in things)]


def _kept_inside(patch: Patch) -> Patch:
    """The patch with what would reach through a wall (leaves) bent back into the room."""
    corner = np.array([WIDTH_M / 2, HEIGHT_M, DEPTH_M / 2]) - 0.002
    return replace(patch, points=np.clip(patch.points, -corner, corner))


def _against(wall: str, patches: Iterable[Patch], across: float = 0.0, height: float = 0.0) -> list[Patch]:
    """Patches made for the plane z = 0, put against a wall, `across` metres to the right of its middle."""
    yaw = {"north": 0, "east": 90, "south": 180, "west": 270}[wall]
    away = DEPTH_M / 2 if wall in ("north", "south") else WIDTH_M / 2
    return moved(moved(patches, (across, -height, away)), yaw=yaw)


def _wall(wall: str, paint: Paint) -> list[Patch]:
    """One wall with its skirting board."""
    width = WIDTH_M if wall in ("north", "south") else DEPTH_M
    plane = rect((-width / 2, -HEIGHT_M, 0), (width, 0, 0), (0, HEIGHT_M, 0), paint)
    skirting = box((0, 0, -0.009), (width, 0.11, 0.018), textures.lacquered((0.93, 0.91, 0.87)), ["front", "top"])
    return _against(wall, [plane, *skirting])


def _shell() -> list[Patch]:
    x, z = WIDTH_M / 2, DEPTH_M / 2
    floor = rect((-x, 0, z), (WIDTH_M, 0, 0), (0, 0, -DEPTH_M), textures.planks((0.66, 0.46, 0.29)))
    ceiling = rect(
        (-x, -HEIGHT_M, -z), (WIDTH_M, 0, 0), (0, 0, DEPTH_M), textures.plaster((0.94, 0.92, 0.87), 1.3), 0.4
    )
    paper = textures.botanical(
        (0.84, 0.83, 0.73), [(0.47, 0.58, 0.46), (0.62, 0.66, 0.46), (0.40, 0.52, 0.50)], (0.78, 0.50, 0.36)
    )
    return [
        replace(floor, light_detail=2.0),
        ceiling,
        *_wall("north", paper),
        *_wall("east", textures.bricks((0.72, 0.43, 0.33), (0.80, 0.76, 0.70))),
        *_wall("south", textures.plaster(CREAM, 1.3)),
        *_wall("west", textures.plaster(SAGE, 1.4)),
    ]


def _north(rng: np.random.Generator) -> list[Patch]:
    """Sofa below three pictures, plant and lamp beside it."""
    dusk = pictures.landscape(
        ((0.30, 0.42, 0.62), (0.97, 0.74, 0.52)), ((0.55, 0.48, 0.58), (0.14, 0.22, 0.22)), (1.0, 0.90, 0.68)
    )
    blooms = pictures.flowers(
        (0.20, 0.24, 0.26), [(0.90, 0.45, 0.40), (0.95, 0.78, 0.60), (0.75, 0.35, 0.55), (0.95, 0.92, 0.85)], 22
    )
    shapes = pictures.abstract(
        [CREAM, (0.80, 0.33, 0.22), (0.92, 0.70, 0.25), (0.15, 0.33, 0.42), (0.35, 0.58, 0.56)], 34
    )
    return [
        *_against("north", furniture.sofa(rng, (0.26, 0.42, 0.47)), 0.15),
        *_against("north", furniture.picture((0.95, 0.68), dusk, textures.WALNUT), 0.15, 1.62),
        *_against("north", furniture.picture((0.55, 0.72), blooms, textures.OAK), -0.85, 1.60),
        *_against("north", furniture.picture((0.58, 0.58), shapes, (0.16, 0.15, 0.15)), 1.06, 1.66),
        *moved(furniture.plant(rng, 1.35, 22, 0.19), (-1.35, 0, 1.83)),
        *moved(furniture.floor_lamp(), (1.48, 0, 1.86)),
    ]


def _east(rng: np.random.Generator) -> list[Patch]:
    """The window in the brick wall, an armchair, a basket, flowers on the sill."""
    town = pictures.poster(
        (0.93, 0.88, 0.76), [(0.70, 0.24, 0.18), (0.90, 0.62, 0.25), (0.20, 0.40, 0.46)], ("HARBOUR", "SUMMER FAIR")
    )
    return [
        *_against("east", furniture.window(1.35, 1.25), -0.1, 1.62),
        *_against("east", furniture.plant(rng, 0.34, 13, 0.05), -0.5, 0.955),
        *_against("east", moved(furniture.vase(rng, 0.22), (0, 0, -0.1)), 0.25, 0.955),
        *_against("east", furniture.picture((0.5, 0.7), town, (0.16, 0.15, 0.15)), 1.6, 1.55),
        *_against(
            "east",
            furniture.picture((0.42, 0.42), pictures.flowers(CREAM, [TEAL, (0.8, 0.4, 0.3)], 12), textures.OAK),
            -1.5,
            1.6,
        ),
        *moved(furniture.armchair((0.78, 0.52, 0.26)), (2.42, 0, -0.75), yaw=112),
        *moved(furniture.basket(), (2.25, 0, 0.62)),
    ]


def _south(rng: np.random.Generator) -> list[Patch]:
    """A sideboard below a map and posters."""
    hills = pictures.landscape(
        ((0.45, 0.65, 0.80), (0.95, 0.92, 0.82)), ((0.55, 0.66, 0.66), (0.25, 0.38, 0.22)), (1.0, 0.97, 0.90)
    )
    jazz = pictures.poster(
        (0.16, 0.22, 0.30),
        [(0.95, 0.80, 0.45), (0.80, 0.35, 0.28), (0.45, 0.66, 0.66)],
        ("NIGHT MUSIC", "FRIDAYS AT NINE"),
    )
    return [
        *_against("south", furniture.sideboard(), 0.0),
        *_against("south", furniture.picture((1.25, 0.85), pictures.chart, textures.OAK), 0.0, 1.62),
        *_against("south", furniture.picture((0.56, 0.80), jazz, (0.16, 0.15, 0.15)), -1.25, 1.58),
        *_against("south", furniture.picture((0.75, 0.55), hills, textures.PINE), 1.3, 1.65),
        *_against("south", moved(furniture.vase(rng, 0.34), (0, 0, -0.2)), -0.5, 0.762),
        *_against("south", moved(furniture.book_pile(rng, 6), (0, 0, -0.2)), 0.05, 0.762),
        *_against("south", moved(furniture.plant(rng, 0.5, 15, 0.07), (0, 0, -0.2)), 0.52, 0.762),
        *moved(furniture.plant(rng, 1.1, 18, 0.16), (2.15, 0, -1.8)),
        *moved(furniture.pouf([(0.78, 0.42, 0.26), CREAM, TEAL, (0.6, 0.2, 0.2)]), (-1.9, 0, -1.75)),
    ]


def _west(rng: np.random.Generator) -> list[Patch]:
    """The bookshelf between two small pictures."""
    leaves = pictures.flowers((0.90, 0.87, 0.78), [(0.35, 0.55, 0.40), (0.55, 0.62, 0.35)], 14)
    rings = pictures.abstract([(0.20, 0.26, 0.32), (0.95, 0.75, 0.40), (0.85, 0.45, 0.32), (0.60, 0.72, 0.70)], 26)
    return [
        *_against("west", furniture.bookshelf(rng), 0.1),
        *_against("west", furniture.picture((0.46, 0.62), leaves, textures.OAK), 1.35, 1.6),
        *_against("west", furniture.picture((0.5, 0.5), rings, textures.WALNUT), -1.25, 1.6),
    ]


def _middle(rng: np.random.Generator) -> list[Patch]:
    """The table on its rug, laid with things: what the walk looks at."""
    carpet = textures.rug(
        (0.56, 0.17, 0.16),
        (0.17, 0.23, 0.34),
        [(0.88, 0.78, 0.60), (0.80, 0.50, 0.24), (0.24, 0.40, 0.44), (0.70, 0.30, 0.22)],
    )
    top = 0.46
    cube = textures.patchwork(
        [(0.85, 0.25, 0.2), (0.95, 0.8, 0.25), (0.2, 0.5, 0.75), (0.95, 0.95, 0.9), (0.3, 0.6, 0.3)], 0.02
    )
    things = [
        *moved(furniture.small_globe(0.15), (-0.30, 0, 0.06), yaw=30),
        *moved(furniture.vase(rng, 0.32), (0.10, 0, 0.14)),
        *moved(furniture.fruit_bowl(rng), (0.36, 0, -0.07)),
        *moved(furniture.book_pile(rng, 4), (-0.02, 0, -0.15), yaw=20),
        *moved(furniture.mug((0.86, 0.84, 0.78)), (-0.28, 0, -0.20), yaw=40),
        *moved(box((0, 0, 0), (0.06, 0.06, 0.06), cube, detail=2.0), (-0.44, 0, -0.17), yaw=25),
        *moved(
            box(
                (0, 0, 0),
                (0.17, 0.09, 0.12),
                textures.patchwork([textures.WALNUT, textures.OAK, CREAM, (0.5, 0.18, 0.14)], 0.024),
            ),
            (0.38, 0, 0.2),
            yaw=-15,
        ),
    ]
    lower = [*moved(furniture.book_pile(rng, 3), (-0.2, -0.16, 0)), *moved(furniture.jar(rng), (0.25, -0.16, 0))]
    return [
        *moved([replace(side, light_detail=3.0) for side in box((0, 0, 0), (2.3, 0.012, 1.7), carpet, ["top"])], yaw=6),
        *moved(box((0, 0, 0), (2.3, 0.012, 1.7), textures.fabric(TEAL, CREAM), FACES[:4]), yaw=6),
        *moved([*furniture.coffee_table(), *lower, *moved(things, (0, -top, 0))], (0, -0.012, 0), yaw=-8),
    ]

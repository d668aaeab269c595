"""What each training step does: picture size, colour degree, learning rates, growth. A pure function of its arguments.

Everything is stated in shares of the run (0..1), so that a run of 500 steps goes through the same phases as one of
5000, and so does one that ends by the clock. The rates started from those of 3DGS (Kerbl et al. 2023, train.py) and
were found on real videos: see docs/performance.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reelscape.config import TrainConfig
from reelscape.splat import exposure
from reelscape.splat.kernel import StepSettings

QUARTER_SIZE_SHARE = 0.7  # of the steps before full size begins
LEVEL_COSTS = (9.0, 3.0, 1.0)  # of a step at full, half and quarter size: what they take on real videos
SH_STARTS = (0.0, 0.15, 0.3, 0.45)  # share of the run at which each degree starts
GROWTH_FACTOR = 1.5
GROWTH_START, GROWTH_END = 0.06, 0.75  # share of the run
NUM_GROWTH_ROUNDS = 14
GAUSSIANS_PER_ROOT_STEP = 1800  # of a run with a budget: more of them need more steps to settle
MEANS_RATE, MEANS_FINAL_SHARE = 1e-3, 0.01
RATES = {"lr_quats": 4e-3, "lr_scales": 2e-2, "lr_opacities": 1e-1, "lr_sh0": 5e-3, "lr_shN": 1e-3}
BETAS = {"beta1": 0.6, "beta2": 0.9998}
BIAS_STEPS = 600  # Adam's correction counts no further: fresh gaussians begin with long steps, but not ever longer ones
NOISE_RATE = 5e5  # MCMC (Kheradmand et al. 2024), noise_lr of gsplat's strategy
AVERAGE_START = 0.93  # share of the run from which the scene is averaged (Polyak and Juditsky 1992)
NUM_AVERAGED = 16
NUM_SNAPSHOTS = 10


@dataclass(frozen=True)
class Schedule:
    """The plan of a run; `extent` is the scene's size in world units, which the rate of the means follows.

    A step is known by `share`, how far the run is when it ends, and what comes due at intervals also by `before`, the
    share at the end of the step before.
    """

    config: TrainConfig
    extent: float

    def level(self, share: float) -> int:
        """Picture size: 2 quarter, 1 half, 0 full."""
        before_full = 1.0 - self.config.full_size_share
        if share > before_full:
            return 0
        return 2 if share <= QUARTER_SIZE_SHARE * before_full else 1

    def sh_degree(self, share: float) -> int:
        """Active degree of the spherical harmonics."""
        return min(sum(share > start for start in SH_STARTS[1:]), self.config.sh_degree)

    def settings(self, step: int, share: float) -> StepSettings:
        """Settings of the step, 1-based."""
        lr_means = MEANS_RATE * self.extent * MEANS_FINAL_SHARE**share
        return StepSettings(
            step=min(step, BIAS_STEPS),
            sh_degree=self.sh_degree(share),
            lr_means=lr_means,
            noise_lr=NOISE_RATE,
            seed=_noise_seed(self.config.seed, step),
            **RATES,
            **BETAS,
        )

    def num_gaussians(self, step: int, share: float) -> int:
        """How many gaussians the run may hold; with a budget also by how many steps it comes to at this pace."""
        if not self.config.budget_s:
            return self.config.max_gaussians
        return min(self.config.max_gaussians, int(GAUSSIANS_PER_ROOT_STEP * math.sqrt(step / share)))

    def fits_exposure(self, share: float) -> bool:
        """Whether the exposure of the step's picture is fitted to its render."""
        return self.config.exposure and share > exposure.START

    def grows(self, before: float, share: float) -> bool:
        """Whether gaussians are relocated and added after the step."""
        return _comes_due(before, share, (GROWTH_START, GROWTH_END), NUM_GROWTH_ROUNDS)

    def snapshots(self, before: float, share: float) -> bool:
        """Whether an early scene is shown after the step; the last step is the scene itself."""
        return share < 1.0 and _comes_due(before, share, (0.0, 1.0), NUM_SNAPSHOTS)

    def averages(self, before: float, share: float) -> bool:
        """Whether the scene after the step counts in the average that the run ends with."""
        return _comes_due(before, share, (AVERAGE_START, 1.0), NUM_AVERAGED)

    def share_of_time(self, time_share: float) -> float:
        """The share of the run that is done when `time_share` of its time has gone, by what the sizes cost."""
        shares, times = self._phases()
        return float(np.interp(time_share, times, shares))

    def time_of_share(self, share: float) -> float:
        """The share of its time that a run needs for `share` of its steps."""
        shares, times = self._phases()
        return float(np.interp(share, shares, times))

    def _phases(self) -> tuple[list[float], npt.NDArray[np.float64]]:
        """Where quarter, half and full size begin and end, in shares of the steps and of the time."""
        ends = [0.0, QUARTER_SIZE_SHARE * (1 - self.config.full_size_share), 1 - self.config.full_size_share, 1.0]
        costs = np.diff(ends) * LEVEL_COSTS[::-1]
        return ends, np.cumsum([0.0, *costs]) / costs.sum()


def _noise_seed(seed: int, step: int) -> int:
    """A seed for the noise of each step."""
    return (seed * 1_000_003 + step) & 0xFFFFFFFF


def _comes_due(before: float, share: float, span: tuple[float, float], count: int) -> bool:
    """Whether between two shares another of `count` moments evenly spread over `span` has come."""
    start, end = span

    def passed(at: float) -> int:
        return math.floor((min(max(at, start), end) - start) / (end - start) * count + 1e-9)

    return passed(share) > passed(before)

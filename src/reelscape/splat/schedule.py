"""What each training step does: picture size, colour degree, learning rates, growth. A pure function of the step.

Everything is stated in shares of the run, so that a run of 500 steps goes through the same phases as one of 5000.
The rates are those of 3DGS (Kerbl et al. 2023, train.py) times factors found on real videos: see docs/performance.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from reelscape.config import TrainConfig
from reelscape.splat.kernel import StepSettings

QUARTER_SIZE_SHARE = 0.35  # of the steps before full size begins
SH_STARTS = (0.0, 0.3, 0.5, 0.6)  # share of the run at which each degree starts
GROWTH_FACTOR = 1.5
GROWTH_START, GROWTH_END = 0.06, 0.85  # share of the run
NUM_GROWTH_ROUNDS = 16
MEANS_RATE, MEANS_FINAL_SHARE = 4 * 1.6e-4, 0.01
RATES = {"lr_quats": 2e-3, "lr_scales": 1e-2, "lr_opacities": 1e-1, "lr_sh0": 5e-3, "lr_shN": 2.5e-4}
NOISE_RATE = 5e5  # MCMC (Kheradmand et al. 2024), noise_lr of gsplat's strategy
NUM_SNAPSHOTS = 10


@dataclass(frozen=True)
class Schedule:
    """The plan of a run; `extent` is the scene's size in world units, which the rate of the means follows."""

    config: TrainConfig
    extent: float

    def level(self, step: int) -> int:
        """Picture size of the step: 2 quarter, 1 half, 0 full."""
        share = step / self.config.num_steps
        before_full = 1.0 - self.config.full_size_share
        if share > before_full:
            return 0
        return 2 if share <= QUARTER_SIZE_SHARE * before_full else 1

    def sh_degree(self, step: int) -> int:
        """Active degree of the spherical harmonics."""
        share = step / self.config.num_steps
        return min(sum(share > start for start in SH_STARTS[1:]), self.config.sh_degree)

    def settings(self, step: int) -> StepSettings:
        """Rates of the step, 1-based."""
        lr_means = MEANS_RATE * self.extent * MEANS_FINAL_SHARE ** (step / self.config.num_steps)
        return StepSettings(
            step=step,
            sh_degree=self.sh_degree(step),
            lr_means=lr_means,
            noise_lr=NOISE_RATE,
            seed=self.config.seed,
            **RATES,
        )

    def grows(self, step: int) -> bool:
        """Whether gaussians are relocated and added after the step."""
        every = max(1, round(self.config.num_steps * (GROWTH_END - GROWTH_START) / NUM_GROWTH_ROUNDS))
        share = step / self.config.num_steps
        return GROWTH_START <= share <= GROWTH_END and step % every == 0

    def snapshots(self, step: int) -> bool:
        """Whether an early scene is shown after the step."""
        every = max(1, self.config.num_steps // NUM_SNAPSHOTS)
        return step % every == 0 and step < self.config.num_steps

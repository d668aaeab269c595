"""What `reelscape run` makes of its options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from reelscape.cli.run import BUDGET_MAX_GAUSSIANS, Duration, _config, command
from reelscape.config import PRESETS, RunConfig


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("1.5m", 90), ("2h", 7200)])
def test_durations(text: str, seconds: float) -> None:
    assert Duration().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "s", "soon", "5 minutes", "1d"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(click.BadParameter, match="90s, 5m or 1h"):
        Duration().convert(text, None, None)


def config_of(tmp_path: Path, *arguments: str) -> RunConfig:
    context = command.make_context("run", ["video.mp4", "--out", str(tmp_path), *arguments])
    options: dict[str, Any] = dict(context.params)
    options.pop("input_path")
    return _config(options.pop("out_dir"), options)


def test_a_budget_lifts_the_limit_on_gaussians_unless_one_is_named(tmp_path: Path) -> None:
    config = config_of(tmp_path, "--budget", "1m")
    assert (config.train.budget_s, config.train.max_gaussians) == (60.0, BUDGET_MAX_GAUSSIANS)
    assert config_of(tmp_path, "--budget", "1m", "--max-gaussians", "5000").train.max_gaussians == 5000
    draft = config_of(tmp_path, "--budget", "1m", "--preset", "draft").train
    assert draft.max_gaussians == PRESETS["draft"].train.max_gaussians


def test_a_run_ends_by_the_clock_or_by_its_steps(tmp_path: Path) -> None:
    assert config_of(tmp_path, "--steps", "500").train.budget_s == 0.0
    with pytest.raises(click.UsageError, match="not by both"):
        config_of(tmp_path, "--budget", "1m", "--steps", "500")

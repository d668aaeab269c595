"""What `reelscape run` makes of its options."""

from __future__ import annotations

import click
import pytest

from reelscape.cli.run import Duration


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("1.5m", 90), ("2h", 7200)])
def test_durations(text: str, seconds: float) -> None:
    assert Duration().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "s", "soon", "5 minutes", "1d"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(click.BadParameter, match="90s, 5m or 1h"):
        Duration().convert(text, None, None)

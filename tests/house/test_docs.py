"""Docs are complete: every error code, setting, command, option, stage and event has its heading."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import click
import pytest

from reelscape import cli, errors, pipeline, report
from reelscape.config import RunConfig

DOCS = Path(__file__).parents[2] / "docs"


def headings(page: str) -> set[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return {line.lstrip("#").strip(" `") for line in text.splitlines() if line.startswith("#")}


def settings() -> dict[str, str]:
    return {
        f"{part.name}.{field.name}": field.metadata["help"]
        for part in dataclasses.fields(RunConfig)
        for field in dataclasses.fields(getattr(RunConfig(), part.name))
    }


def commands() -> dict[str, click.Command]:
    context = click.Context(cli.main)
    found = {name: cli.main.get_command(context, name) for name in cli.main.list_commands(context)}
    return {name: command for name, command in found.items() if command}


def test_every_error_code_has_a_heading() -> None:
    codes = {error.code for error in errors.by_code().values() if not error.__subclasses__()}
    assert codes == {heading for heading in headings("errors.md") if re.fullmatch("[a-z_]+", heading)}


def test_error_pages_carry_sentence_and_advice() -> None:
    text = (DOCS / "errors.md").read_text(encoding="utf-8")
    for error in errors.by_code().values():
        if not error.__subclasses__():
            assert error.sentence in text and error.advice in text, error.code


def test_every_setting_has_a_heading_and_its_help() -> None:
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert set(settings()) <= headings("settings.md")
    assert all(help_text in text for help_text in settings().values())


def test_every_command_and_option_is_documented() -> None:
    assert set(cli.COMMANDS) == set(commands())
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    for name, command in commands().items():
        assert f"reelscape {name}" in headings("cli.md")
        for parameter in command.params:
            for option in parameter.opts if isinstance(parameter, click.Option) else []:
                assert f"`{option}" in text, f"{name} {option}"


def test_every_stage_has_a_heading() -> None:
    assert {stage.name for stage in pipeline.STAGES} <= headings("architecture.md")


def test_every_event_has_a_heading() -> None:
    names = {event.__name__.lower() for event in report.Event.__subclasses__()}
    assert names <= headings("run-folder.md")


@pytest.mark.parametrize("page", sorted(path.name for path in DOCS.glob("*.md")))
def test_links_between_pages_lead_somewhere(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+\.\w+)\)", text):
        assert (DOCS / target).exists(), target

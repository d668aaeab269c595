"""Docs are true and complete: generated pages match the code, links lead somewhere, every code has its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.write_docs import PAGES

from reelscape import pipeline, report

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TEXTS = sorted(path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *DOCS.glob("*.md")))


def headings(page: str) -> set[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return {line.lstrip("#").strip(" `") for line in text.splitlines() if line.startswith("#")}


@pytest.mark.parametrize("page", PAGES)
def test_generated_pages_are_up_to_date(page: str) -> None:
    assert (DOCS / page).read_text(encoding="utf-8") == PAGES[page](), "run `make docs`"


def test_every_stage_has_a_heading() -> None:
    assert {stage.name for stage in pipeline.STAGES} <= headings("architecture.md")


def test_every_event_has_a_heading() -> None:
    names = {event.__name__.lower() for event in report.Event.__subclasses__()}
    assert names <= headings("run-folder.md")


def test_every_warning_has_a_heading() -> None:
    """Codes of warnings stand as literals where they are given."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")]
    codes = {code for text in sources for code in re.findall(r'\.warn\(\s*"(\w+)"', text)}
    assert len(codes) >= 7
    assert codes == {heading for heading in headings("run-folder.md") if "_" in heading}


@pytest.mark.parametrize("page", TEXTS)
def test_links_and_pictures_are_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text):
        found = (ROOT / page).parent / target if target else ROOT / page
        assert found.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.*)$", found.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, anchor

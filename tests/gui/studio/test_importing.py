"""Bringing dashboards in: what is said of one attempt is about that attempt."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_dashboards import Shelves

if TYPE_CHECKING:
    from conftest import Studio

GOOD = {"title": "Good", "items": [{"id": "w1", "type": "text", "position": {"x": 0, "y": 0, "w": 3, "h": 2}}]}


@pytest.fixture
def shelves(studio: "Studio") -> Shelves:
    return Shelves(studio)


def test_the_newest_attempt_replaces_what_was_said_of_older_ones_and_success_clears_it(
    shelves: Shelves, tmp_path: Path
) -> None:
    problems = shelves.studio.page._context.problems
    for name, text in (("utf.json", "\x00\x01"), ("cut.json", '{"title": "cut off'), ("gone.json", None)):
        file = tmp_path / name
        if text is not None:
            file.write_text(text)
        shelves.place.library.import_file(str(file))
        shelves.studio.wait(lambda name=name: problems.current is not None and name in problems.current.what)
        assert [notice.what for notice in problems._waiting if "json" in notice.what] == [problems.current.what]
    good = tmp_path / "good.json"
    good.write_text(json.dumps(GOOD))
    shelves.place.library.import_file(str(good))
    assert shelves.shown().name == "Good"
    assert problems.current is None

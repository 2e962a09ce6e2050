"""Gaps and margins of Studio's layouts are steps of the tokens: screens whose gaps differ by two pixels look uneven."""

import json
import re
from pathlib import Path

import pytest

from benchboard import package_data
from benchboard.ui import studio

_CALL = re.compile(r"(?:set\w*Spacing|addSpacing|setContentsMargins)\(([-\d, ]+)\)")
_OPTICAL = 3
"""Up to so many pixels a gap isn't one between parts: two lines of a text, or buttons that adjoin each other."""
FILES = sorted(Path(studio.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_gaps_are_steps_of_the_tokens(file: Path) -> None:
    tokens = json.loads((package_data.resources_folder() / "themes" / "tokens.json").read_text("utf-8"))
    steps = set(tokens["spacing_px"].values())
    found = [int(one) for call in _CALL.findall(file.read_text("utf-8")) for one in call.split(",") if one.strip()]
    assert [one for one in found if one > _OPTICAL and one not in steps] == []

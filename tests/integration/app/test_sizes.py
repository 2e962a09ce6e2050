"""Text is whole on every screen, at every size, in both languages and both themes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from support.examples import FUZZING
from support.sizes_walk import environment


@pytest.mark.parametrize("language", ["en", "tr"] if FUZZING else ["tr"])
def test_no_text_is_cut_off_elided_or_overprinted_at_any_size(tmp_path: Path, language: str) -> None:
    """Every screen at 1024×700, 1440×900, 1920×1080 and at 200 %: 44 screens, each with some hundred texts.

    `make test` walks them in Turkish, whose words are longer, each in the theme that the tour has there; `make fuzz` in
    both languages and both themes. (That a theme changes colours alone, `test_theme_sizes` says.)
    """
    result = subprocess.run(
        [sys.executable, "-m", "support.sizes_walk", language, *(["--both-themes"] if FUZZING else [])],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert result.returncode == 0, result.stderr
    found = [json.loads(line) for line in result.stdout.splitlines()]
    lines = [f"{one['screen']}, {one['size']}, {one['theme']}: {one['fault']}" for one in found]
    assert not lines, "\n".join(lines)

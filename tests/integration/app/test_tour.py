"""The guided tour end to end, as `make run` runs it where there is no display."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.examples import FUZZING

PNG = b"\x89PNG\r\n\x1a\n"


_OTHER_SIZES = [["--size", "1024", "700", "--language", "tr"], ["--size", "1920", "1080"]]


@pytest.mark.parametrize("options", [[], *(_OTHER_SIZES if FUZZING else [])])
def test_tour_without_a_display_takes_every_step_and_pictures_it(tmp_path: Path, options: list[str]) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    result = subprocess.run(
        [sys.executable, "-m", "benchboard", "tour", "--out", str(tmp_path / "out"), *options],
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    index = json.loads((tmp_path / "out" / "index.json").read_text(encoding="utf-8"))
    assert len(index) >= 40
    for entry in index:
        assert entry["see"]
        assert entry["assertion"]["passed"]
        picture = (tmp_path / "out" / entry["file"]).read_bytes()
        assert picture.startswith(PNG)
        assert len(picture) > 10_000, f"{entry['file']} shows nothing"
    paper = (tmp_path / "out" / "shop-review.pdf").read_bytes()
    assert paper.startswith(b"%PDF")
    assert paper.rstrip().endswith(b"%%EOF")
    assert b"/Type /Page" in paper
    assert (tmp_path / "out" / "second-desktop.png").read_bytes().startswith(PNG)

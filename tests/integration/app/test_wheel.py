"""The wheel carries its migrations and resources: unpacked somewhere else, it makes and upgrades a database."""

import gc
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hatchling.build import build_wheel

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    before = Path.cwd()
    os.chdir(ROOT)
    gc.disable()  # making the fonts leaves little garbage, and a fifth of the build went into looking for it
    try:
        wheel = folder / build_wheel(str(folder))
    finally:
        gc.enable()
        os.chdir(before)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_wheel_unpacked_holds_migrations_and_resources(unpacked: Path) -> None:
    for kind, inside in (("migrations/versions", "_migrations/versions"), ("resources", "_resources")):
        here = {path.relative_to(ROOT / kind) for path in (ROOT / kind).rglob("*") if path.suffix not in ("", ".pyc")}
        there = {
            path.relative_to(unpacked / "benchboard" / inside)
            for path in (unpacked / "benchboard" / inside).rglob("*")
            if path.suffix and path.parent.name != "fonts"
        }
        assert here == there


def test_wheel_carries_the_fonts_in_static_weights_with_their_licences(unpacked: Path) -> None:
    folder = unpacked / "benchboard" / "_resources" / "fonts"
    fonts = {path.name: TTFont(path) for path in folder.glob("*.ttf")}
    assert {name: font["OS/2"].usWeightClass for name, font in fonts.items()} == {
        "Inter-Regular.ttf": 400,
        "Inter-Medium.ttf": 500,
        "Inter-SemiBold.ttf": 600,
        "JetBrainsMono-Regular.ttf": 400,
    }
    assert not any("fvar" in font for font in fonts.values())
    assert {font["name"].getBestFamilyName() for font in fonts.values()} == {"Inter", "JetBrains Mono"}
    licences = [(folder / f"{family}-LICENSE.txt").read_text() for family in ("Inter", "JetBrainsMono")]
    assert all("SIL Open Font License, Version 1.1" in text for text in licences)
    assert not list((ROOT / "resources").rglob("*.ttf"))


def test_wheel_away_from_the_checkout_upgrades_a_database(unpacked: Path, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-P", "-m", "benchboard", "db", "upgrade", "--url", f"sqlite:///{tmp_path}/work.db"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked), "BENCHBOARD_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "work.db").stat().st_size > 100_000

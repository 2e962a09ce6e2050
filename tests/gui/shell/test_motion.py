"""Nothing moves where the platform asks for none."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchboard.ui import motion
from benchboard.ui.theme import Theme


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for settings, empty; afterwards the platform is asked anew."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv(motion.SWITCH, raising=False)
    motion.is_reduced.cache_clear()
    yield tmp_path
    motion.is_reduced.cache_clear()


def test_motion_without_any_setting_has_the_duration_of_its_token(config: Path, light: Theme) -> None:
    assert light.motion("panel") == 160


@pytest.mark.parametrize(
    ("file", "content", "duration"),
    [
        ("gtk-4.0/settings.ini", "[Settings]\ngtk-enable-animations=0\n", 0),
        ("gtk-3.0/settings.ini", "[Settings]\ngtk-enable-animations=false\n", 0),
        ("gtk-3.0/settings.ini", "[Settings]\ngtk-enable-animations=1\n", 160),
        ("kdeglobals", "[KDE]\nAnimationDurationFactor=0\n", 0),
        ("kdeglobals", "[KDE]\nAnimationDurationFactor=0.5\n", 160),
        ("gtk-4.0/settings.ini", "no section\n", 160),
    ],
)
def test_motion_follows_the_setting_of_the_desktop(
    config: Path, light: Theme, file: str, content: str, duration: int
) -> None:
    (config / file).parent.mkdir(exist_ok=True)
    (config / file).write_text(content, encoding="utf-8")
    assert light.motion("panel") == duration


@pytest.mark.parametrize(("value", "duration"), [("1", 0), ("0", 160)])
def test_motion_with_the_switch_of_the_program_ignores_the_desktop(
    config: Path, light: Theme, monkeypatch: pytest.MonkeyPatch, value: str, duration: int
) -> None:
    (config / "kdeglobals").write_text(f"[KDE]\nAnimationDurationFactor={value}\n", encoding="utf-8")
    monkeypatch.setenv(motion.SWITCH, value)
    assert light.motion("panel") == duration

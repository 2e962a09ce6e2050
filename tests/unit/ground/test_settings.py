import json
import logging
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard import i18n, log, settings
from benchboard.errors import Unavailable
from benchboard.settings import Settings


def test_load_after_save_returns_the_same_settings(tmp_path: Path) -> None:
    chosen = Settings(appearance="dark", language="tr", last_place="admin/people")
    chosen.save(tmp_path)
    assert settings.load(tmp_path) == chosen


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["appearance", "language", "x"]), inner)
    ),
    max_leaves=8,
)


@given(json_values)
def test_load_file_with_any_json_returns_usable_settings(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    folder = tmp_path_factory.mktemp("settings")
    (folder / "settings.json").write_text(json.dumps(value), encoding="utf-8")
    loaded = settings.load(folder)
    assert loaded.appearance in ("system", "light", "dark")
    assert isinstance(loaded.language, str)


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"language":"' + "a" * 5_000 + '"}', '{"language":"../secret"}', '{"language":"\\ud800"}']
)
def test_load_hostile_file_falls_back_to_english(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.json").write_text(text, encoding="utf-8")
    (tmp_path / "secret.po").write_text("not a catalogue", encoding="utf-8")
    (tmp_path / "i18n").mkdir()
    i18n.use(settings.load(tmp_path).language, tmp_path / "i18n")
    assert i18n._("Stopped.") == "Stopped."


def test_home_folder_with_an_open_umask_is_private(tmp_path: Path) -> None:
    logger = logging.getLogger("benchboard")
    for handler in logger.handlers[:]:  # of a test before this one
        logger.removeHandler(handler)
        handler.close()
    before = os.umask(0)
    try:
        log.start(tmp_path / "home" / "logs")
        Settings().save(tmp_path / "other")
    finally:
        os.umask(before)
        for handler in logger.handlers[:]:
            logger.removeHandler(handler)
            handler.close()
    for name in ("home", "other"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o700


def test_save_where_home_is_a_file_raises_unavailable(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("", encoding="utf-8")
    with pytest.raises(Unavailable, match="Can't save your settings"):
        Settings().save(tmp_path / "home")

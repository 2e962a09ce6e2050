import json
import logging
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard import home_folder, i18n, log, settings, workspace
from benchboard.errors import Invalid, Unavailable
from benchboard.settings import Settings


def test_load_after_save_returns_the_same_settings(tmp_path: Path) -> None:
    chosen = Settings(appearance="dark", language="tr", last_place="admin/people", last_user="9f0c")
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


@pytest.mark.parametrize("text", ["{", "[]", "\x00", "null", "3", '{"language": 3}', '{"appearance": "dim"}'])
def test_keep_broken_settings_file_copies_it_once(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.json").write_text(text, encoding="utf-8")
    told = settings.keep_broken(tmp_path)
    copy = tmp_path / "settings.json.broken"
    assert str(copy) in told
    assert (copy.read_text(encoding="utf-8"), stat.S_IMODE(copy.stat().st_mode)) == (text, 0o600)
    assert settings.keep_broken(tmp_path) == ""
    (tmp_path / "settings.json").write_text("other", encoding="utf-8")
    assert "settings.json can't be read." in settings.keep_broken(tmp_path)
    assert copy.read_text(encoding="utf-8") == "other"


@pytest.mark.parametrize("text", [None, "{}", '{"language": "tr", "of_a_later_version": 3}'])
def test_keep_broken_settings_file_leaves_a_readable_one(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "settings.json").write_text(text, encoding="utf-8")
    assert settings.keep_broken(tmp_path) == ""
    assert not (tmp_path / "settings.json.broken").exists()


def test_settings_with_invalid_values_keep_the_others_and_name_them(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"language": "tr", "appearance": null, "copies": [1]}', encoding="utf-8")
    assert settings.load(tmp_path) == Settings(language="tr")
    assert settings.keep_broken(tmp_path) == (
        f"Settings in {tmp_path / 'settings.json'} are invalid, so their defaults are used: appearance, copies. "
        f"A copy is kept in {tmp_path / 'settings.json.broken'}."
    )


@pytest.mark.parametrize("name", ["last_way", "last_place", "last_email", "copies"])
def test_settings_with_half_a_character_are_invalid(tmp_path: Path, name: str) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"language": "tr", name: "studio/\ud800"}))
    assert settings.load(tmp_path) == Settings(language="tr")
    assert name in settings.keep_broken(tmp_path)


def test_keep_broken_settings_file_in_a_folder_that_takes_nothing_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.json").write_text("{", encoding="utf-8")

    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(settings, "write_atomically", full)
    assert settings.keep_broken(tmp_path) == (
        f"The settings file {tmp_path / 'settings.json'} can't be read. The default settings are used."
    )


def test_home_folder_with_an_open_umask_is_private(tmp_path: Path) -> None:
    logger = logging.getLogger("benchboard")
    for handler in logger.handlers[:]:  # of a test before this one
        logger.removeHandler(handler)
        handler.close()
    before = os.umask(0)
    try:
        log.start(tmp_path / "home" / "logs")
        logger.warning("something to write")
        Settings().save(tmp_path / "home")
    finally:
        os.umask(before)
        for handler in logger.handlers[:]:
            logger.removeHandler(handler)
            handler.close()
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700
    written = (tmp_path / "home" / "logs" / "benchboard.log", tmp_path / "home" / "settings.json")
    assert [stat.S_IMODE(file.stat().st_mode) for file in written] == [0o600, 0o600]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_load_where_settings_are_a_pipe_answers_the_defaults_and_says_so(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "settings.json")
    assert settings.load(tmp_path) == Settings()
    assert settings.keep_broken(tmp_path) == (
        f"The settings file {tmp_path / 'settings.json'} can't be read. The default settings are used."
    )


def test_home_of_an_account_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", "~no-such-account/bench")
    with pytest.raises(Invalid, match="BENCHBOARD_HOME"):
        settings.home()
    done = subprocess.run(  # our own program
        [sys.executable, "-m", "benchboard", "whoami"], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("BENCHBOARD_HOME names")


@pytest.mark.skipif(sys.platform == "win32", reason="environment variables are Unicode there")
def test_home_that_is_not_utf8_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", "")
    with pytest.raises(Invalid, match=r"BENCHBOARD_HOME is empty\."):
        settings.home()
    monkeypatch.setenv("BENCHBOARD_HOME", os.fsdecode(b"/tmp/caf\xe9"))
    with pytest.raises(Invalid, match=r"BENCHBOARD_HOME isn't valid UTF-8\."):
        settings.home()


def test_locked_home_loses_the_abandoned_drafts_of_killed_programs(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "vault").mkdir(parents=True, mode=0o700)
    home.chmod(0o755)
    made = [folder / f".benchboard-{letter * 16}.tmp" for folder in (home, home / "vault") for letter in "ab"]
    other = home / "vault" / "mine.tmp"
    for file in (*made, other):
        file.write_bytes(b"key")
    for file in (*made[::2], other):
        os.utime(file, (0, 0))
    with home_folder.locked(home):
        assert [file.exists() for file in (*made, other)] == [False, True, False, True, True]
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_save_where_home_is_a_file_raises_unavailable(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("", encoding="utf-8")
    with pytest.raises(Unavailable, match="Can't save your settings"):
        Settings().save(tmp_path / "home")


def test_save_does_not_make_a_removed_home_again(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="Can't save your settings"):
        Settings().save(tmp_path / "home")
    assert not (tmp_path / "home").exists()


@contextmanager
def closed_folder() -> Iterator[Path]:
    """A folder that this account can't look into. Root becomes another account meanwhile: it may look anywhere."""
    with tempfile.TemporaryDirectory() as name:
        (outer := Path(name)).chmod(0o755)
        (closed := outer / "closed").mkdir(mode=0)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        try:
            yield closed
        finally:
            if is_root:
                os.seteuid(0)
            closed.chmod(0o700)


_CLOSED = r"can't save files in .*Permission denied|isn't private\. It belongs to another account"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system closes folders in another way")
def test_home_of_another_account_is_refused_for_its_own_reason_alone() -> None:
    """The first sentence was that settings.json can't be read."""
    with closed_folder() as closed:
        for home in (closed, closed / "below"):
            assert settings.keep_broken(home) == ""
            assert settings.load(home) == Settings()
            with pytest.raises(Unavailable, match=_CLOSED), home_folder.locked(home):
                pass
            with pytest.raises(Unavailable, match=rf"{home}"):
                workspace.connect(home)


def test_home_with_a_name_too_long_is_refused_for_its_own_reason_alone(tmp_path: Path) -> None:
    home = tmp_path / ("a" * 5000)
    assert settings.keep_broken(home) == ""
    with pytest.raises(Unavailable, match=r"Set BENCHBOARD_HOME to a shorter path\.$"), home_folder.locked(home):
        pass
    with pytest.raises(Unavailable, match=r"Set BENCHBOARD_HOME to a shorter path\.$"):
        workspace.connect(home)


@pytest.mark.parametrize("name", ["file", "file/below", "file/far/below", "link"])
def test_home_that_is_a_file_or_below_one_must_be_a_folder(tmp_path: Path, name: str) -> None:
    file = tmp_path / "file"
    file.touch()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    wrong, why = (tmp_path / "link", "") if name == "link" else (file, " It's a file.")
    for use in (lambda home: home_folder.locked(home).__enter__(), workspace.connect):
        with pytest.raises(Unavailable) as refused:
            use(tmp_path / name)
        assert refused.value.code == "vault.no-folder"
        assert str(refused.value) == (
            f"{wrong} must be a folder.{why} Set BENCHBOARD_HOME to a folder. Nothing was changed."
        )
    assert settings.keep_broken(tmp_path / name) == ""

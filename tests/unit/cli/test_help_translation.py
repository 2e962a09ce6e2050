"""The help of every command is in the language of the command line; what one types is the same in all."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from benchboard import i18n, package_data
from benchboard.cli.main import main
from benchboard.settings import Settings
from support.help_words import CATALOGUE, sentences


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path))
    monkeypatch.delenv("BENCHBOARD_LANGUAGE", raising=False)
    yield tmp_path
    i18n.use("en", package_data.resources_folder() / "i18n")


def test_help_catalogue_has_the_sentences_that_there_are_each_with_its_turkish() -> None:
    """`make words` adds new ones."""
    with CATALOGUE.open("rb") as file:
        known = {str(one.id): str(one.string) for one in read_po(file, locale="tr") if one.id}
    assert set(known) == sentences()
    assert [sentence for sentence, turkish in known.items() if not turkish] == []


def test_help_in_turkish_keeps_examples_and_placeholders(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCHBOARD_LANGUAGE", "tr")
    assert main(["can", "send", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Kullanım: benchboard can send [OPTIONS] [ID#DATA …]" in shown
    assert "Çerçeve gönder." in shown
    assert "    123#DEADBEEF  dört bayt veri\n" in shown
    assert "    benchboard can send --port /dev/ttyACM0 123#DEADBEEF\n" in shown
    assert main(["--help"]) == 0
    assert "Panoları ve ana sayfayı yönet." in capsys.readouterr().out


@pytest.mark.parametrize(("variable", "saved", "shown"), [("", "tr", "Kullanım:"), ("en", "tr", "Usage:"),
                                                          ("tr", "en", "Kullanım:"), ("", "en", "Usage:")])  # fmt: skip
def test_language_is_that_of_the_variable_else_of_the_settings(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    saved: str,
    shown: str,
) -> None:
    Settings(language=saved).save(home)
    monkeypatch.setenv("BENCHBOARD_LANGUAGE", variable)
    assert main(["db", "--help"]) == 0
    assert shown in capsys.readouterr().out

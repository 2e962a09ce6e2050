"""A language applies to day and month names and to Qt's own texts."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog
from pytestqt.qtbot import QtBot

from benchboard.settings import Settings
from benchboard.ui.app import Application
from benchboard.ui.shell.shell import Shell
from benchboard.ui.time_format import relative_time


@pytest.fixture
def start_in(qapp: object, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Starts the program in a language, and in English at the end."""

    def start(language: str) -> None:
        Settings(language=language).save(tmp_path)
        application = Application(tmp_path)
        application.close()
        application.window.deleteLater()
        application.deleteLater()

    yield start
    start("en")


def _midday(days: int) -> datetime:
    """Noon that many days ago, local time."""
    there = datetime.now().astimezone().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=days)
    return there.astimezone(UTC)


@pytest.mark.parametrize(
    ("language", "names", "months"),
    [
        ("en", "Mon Tue Wed Thu Fri Sat Sun", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
        ("tr", "Pzt Sal Çar Per Cum Cmt Paz", "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara"),
    ],
)
def test_ago_in_a_language_uses_its_day_and_month_names(
    start_in: Callable[[str], None], language: str, names: str, months: str
) -> None:
    start_in(language)
    for days in (3, 4, 5):
        there = _midday(days).astimezone()
        assert relative_time(_midday(days)) == f"{names.split()[there.weekday()]} 12:00"
    for days in range(8, 300, 29):
        there = _midday(days).astimezone()
        said = f"{there.day} {months.split()[there.month - 1]}"
        assert relative_time(_midday(days)).startswith(said)


def _buttons(qtbot: QtBot) -> set[str]:
    dialog = QFileDialog()
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    (box,) = dialog.findChildren(QDialogButtonBox)
    return {button.text().replace("&", "") for button in box.buttons()}


def test_qt_buttons_follow_the_language_and_back(qtbot: QtBot, start_in: Callable[[str], None]) -> None:
    start_in("tr")
    assert "İptal" in _buttons(qtbot)
    start_in("tr")
    start_in("en")
    assert "Cancel" in _buttons(qtbot)
    instance = QCoreApplication.instance()
    assert instance is not None
    assert not instance.findChildren(QTranslator)


def test_key_names_in_qt_menus_are_those_on_the_keys_in_every_language(start_in: Callable[[str], None]) -> None:
    start_in("tr")
    keys = QKeySequence("Ctrl+Shift+Del").toString(QKeySequence.SequenceFormat.NativeText)
    assert keys == "Ctrl+Shift+Del"


def test_palette_offers_the_other_language_by_its_own_name_and_in_the_present_one(
    qtbot: QtBot, working: Application, shell: Shell
) -> None:
    found = [entry for entry in shell.palette_entries() if entry.title == "Türkçe"]
    assert len(found) == 1
    assert "English" not in [entry.title for entry in shell.palette_entries()]
    shell.run_command("window.turkish")
    qtbot.waitUntil(lambda: working.shell is not None and working.shell is not shell)
    turkish = working.shell
    assert turkish is not None
    try:
        assert working.settings.language == "tr"
        assert "English" in [entry.title for entry in turkish.palette_entries()]
    finally:
        turkish.run_command("window.english")
        qtbot.waitUntil(lambda: working.shell is not turkish)
    assert working.settings.language == "en"

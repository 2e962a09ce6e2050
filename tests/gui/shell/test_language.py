"""A language applies to day and month names and to Qt's own texts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog
from pytestqt.qtbot import QtBot

from benchboard.ui import app, time_format
from benchboard.ui.bench import bench_format


@pytest.fixture(autouse=True)
def reset_language(qapp: object) -> Iterator[None]:
    yield
    app._use_language("en")


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
def test_ago_in_a_language_uses_its_day_and_month_names(language: str, names: str, months: str) -> None:
    app._use_language(language)
    for days in (3, 4, 5):
        there = _midday(days).astimezone()
        assert (
            bench_format.relative_time(_midday(days))
            == time_format.relative_time(_midday(days))
            == f"{names.split()[there.weekday()]} 12:00"
        )
    for days in range(8, 300, 29):
        there = _midday(days).astimezone()
        said = f"{there.day} {months.split()[there.month - 1]}"
        assert bench_format.relative_time(_midday(days)).startswith(said)
        assert time_format.relative_time(_midday(days)).startswith(said)


def _buttons(qtbot: QtBot) -> set[str]:
    dialog = QFileDialog()
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    (box,) = dialog.findChildren(QDialogButtonBox)
    return {button.text().replace("&", "") for button in box.buttons()}


def test_qt_buttons_follow_the_language_and_back(qtbot: QtBot) -> None:
    app._use_language("tr")
    assert "İptal" in _buttons(qtbot)
    app._use_language("tr")
    app._use_language("en")
    assert "Cancel" in _buttons(qtbot)
    instance = QCoreApplication.instance()
    assert instance is not None
    assert not instance.findChildren(QTranslator)

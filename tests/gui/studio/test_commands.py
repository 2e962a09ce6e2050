"""What the palette offers of Studio, and the words by which people find it."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QFileDialog

from benchboard.ui.matching import search
from benchboard.ui.studio.document.acts import ACTS
from benchboard.ui.studio.document.actwords import WORDS

if TYPE_CHECKING:
    from conftest import Studio


@pytest.mark.parametrize(
    ("word", "title"),
    [
        ("undo", "Take a step back"),
        ("lock", "Keep in place"),
        ("distribute", "Spread across evenly"),
        ("history", "Show the versions"),
        ("full screen", "Fill the screen, or no longer"),
        ("import", "Import a dashboard"),
        ("shortcuts", "Show all keys"),
        ("delete", "Remove it"),
    ],
)
def test_the_palette_knows_the_words_people_bring(studio: "Studio", word: str, title: str) -> None:
    assert studio.application.shell is not None
    assert search(word, studio.application.shell.commands())[0].command.title == title


def test_every_act_of_the_palette_has_further_words() -> None:
    assert WORDS.keys() == {act.key for act in ACTS if act.icon}


def test_a_dashboard_is_brought_in_from_anywhere(studio: "Studio") -> None:
    assert studio.application.shell is not None
    studio.application.shell.go("studio/dashboards/import")
    (dialog,) = studio.application.window.findChildren(QFileDialog, "library_import_dialog")
    assert dialog.isVisible()
    dialog.reject()

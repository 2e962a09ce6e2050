"""Two windows edit one dashboard: each is told who changed what, can go there, and undoes its own steps only."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from test_page_presence import Pair

from benchboard.dashboards.access import sharing
from benchboard.ui.studio.remote_changes import REPEATED_AFTER_S, RemoteChangeNotice
from benchboard.ui.widgets.toasts import Toast
from support.databases import unbound

if TYPE_CHECKING:
    from benchboard.ui.studio.editor_page import StudioPage
    from conftest import Studio

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def pair(open_studio: "Callable[..., Studio]", monkeypatch: pytest.MonkeyPatch) -> Pair:
    return Pair(open_studio, monkeypatch)


def toasts(studio: "Studio") -> list[str]:
    return [one.accessibleName() for one in studio.application.window.findChildren(Toast) if one.isVisible()]


def follow(pair: Pair, page: "StudioPage", condition: Callable[[], bool]) -> None:
    """Wait for what is stored elsewhere, without the two seconds between the window's own looks."""
    pair.wait(lambda: page.saving.refresh() or condition())


def title(page: "StudioPage", item_id: str) -> str:
    return page.editor.widget(item_id).title


def test_change_of_another_says_who_and_what_and_show_goes_there(pair: Pair) -> None:
    pair.theirs.editor.set_property("c", "title", "Theirs")
    follow(pair, pair.mine, lambda: title(pair.mine, "c") == "Theirs")
    assert toasts(pair.one) == [f"{pair.their_name} changed “Theirs”."]
    assert pair.mine.canvas.verticalScrollBar().value() == 0
    (show,) = [one for one in pair.one.application.window.findChildren(QWidget, "toast_action") if one.isVisible()]
    pair.one.qtbot.mouseClick(show, Qt.MouseButton.LeftButton)
    assert pair.mine.editor.selection == ("c",)
    assert pair.mine.canvas.verticalScrollBar().value() > 0
    assert toasts(pair.other) == []  # nobody is told of their own change


def test_same_change_is_said_again_only_after_a_pause(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    said, now = list[str](), [0.0]
    monkeypatch.setattr(pair.one.context.problems, "toast", lambda text, **_action: said.append(text))
    (notice,) = pair.mine.findChildren(RemoteChangeNotice)
    notice.clock = lambda: now[0]
    for words, seconds in (("T", 0.0), ("Th", 2.0), ("The", 2.0), ("They", REPEATED_AFTER_S)):
        now[0] += seconds
        pair.theirs.editor.set_property("a", "config.text", words)
        pair.theirs.saving.save()
        follow(pair, pair.mine, partial(_has_text, pair.mine, words))
    assert said == [f"{pair.their_name} changed “Text a”."] * 2


def _has_text(page: "StudioPage", words: str) -> bool:
    return page.editor.widget("a").config.get("text") == words


def test_change_that_is_merged_says_so_too(pair: Pair) -> None:
    pair.theirs.editor.set_property("b", "title", "Theirs")
    pair.theirs.saving.save()
    pair.wait(lambda: pair.theirs.saving.state == "saved" and not pair.theirs.saving.dirty)
    pair.mine.editor.set_property("a", "title", "Mine")
    pair.mine.saving.save()
    pair.wait(lambda: title(pair.mine, "b") == "Theirs" and pair.mine.saving.state == "saved")
    assert f"{pair.their_name} changed “Theirs”. Merged with your changes." in toasts(pair.one)
    assert title(pair.mine, "a") == "Mine"


def test_undo_after_a_change_of_another_takes_back_the_own_last_step_only(pair: Pair) -> None:
    pair.mine.editor.set_property("a", "title", "Mine")
    pair.mine.saving.save()
    follow(pair, pair.theirs, lambda: title(pair.theirs, "a") == "Mine")
    pair.theirs.editor.set_property("b", "title", "Theirs")
    pair.theirs.saving.save()
    follow(pair, pair.mine, lambda: title(pair.mine, "b") == "Theirs")
    pair.one.qtbot.keyClick(pair.mine.canvas, Qt.Key.Key_Z, CTRL)
    assert (title(pair.mine, "a"), title(pair.mine, "b")) == ("Text a", "Theirs")
    assert not pair.mine.editor.undo_stack.can_undo()
    pair.mine.saving.save()
    follow(pair, pair.theirs, lambda: title(pair.theirs, "a") == "Text a")
    pair.other.qtbot.keyClick(pair.theirs.canvas, Qt.Key.Key_Z, CTRL)
    assert (title(pair.theirs, "a"), title(pair.theirs, "b")) == ("Text a", "Text b")


def test_reader_is_told_too_and_not_while_presenting(pair: Pair, open_studio: "Callable[..., Studio]") -> None:
    reader = open_studio(role="business_user")
    with unbound(pair.one.workspace.database).change() as session:
        sharing.share(session, pair.one.actor, pair.key, "person", reader.actor.user_id, "view")
    page = type(pair.first)(reader).open(pair.key)
    pair.mine.editor.set_property("a", "title", "New")
    pair.mine.saving.save()
    follow(pair, page, lambda: title(page, "a") == "New")
    assert toasts(reader) == [f"{pair.one.actor.name} changed “New”."]
    for toast in reader.application.window.findChildren(Toast):
        toast.dismiss()
    page.presentation.start()
    pair.wait(lambda: page.presentation.on)
    pair.mine.editor.set_property("a", "title", "Newer")
    pair.mine.saving.save()
    follow(pair, page, lambda: title(page, "a") == "Newer")
    assert not any("Newer" in one for one in toasts(reader))
    page.presentation.end()

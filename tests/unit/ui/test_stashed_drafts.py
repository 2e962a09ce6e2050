"""Drafts that no longer fit their widget: what their notices say, and what becomes of them."""

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from benchboard.ui.problems import Notice, Problems
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.page_notices import PageNotices
from benchboard.ui.studio.document.stashed_drafts import StashedDrafts
from support.edits import dashboard

WHERE = "title/a"


class Stash:
    """A page of one widget with its stash; `journal` are the drafts that are kept, None for one that is removed."""

    def __init__(self) -> None:
        self.page, self.problems, self.editor = QObject(), Problems(), Editor()
        self.editor.load(dashboard({"id": "a", "at": (0, 0, 4, 2), "title": "Theirs"}))
        self.journal: dict[str, str | None] = {}
        self.notices = PageNotices(self.problems, self.page)
        self.drafts = StashedDrafts(self.notices, self.problems, self.editor, "p", self.journal.__setitem__)

    @property
    def notice(self) -> Notice | None:
        return self.problems.current

    def press(self, title: str) -> None:
        """Do what the notice's button does, which dismisses it."""
        notice = self.notice
        assert notice is not None
        (action,) = [one for one in notice.actions if one.title == title]
        self.problems.dismiss(notice.key)
        action.run()


@pytest.fixture
def stash(qapp: QGuiApplication) -> Stash:
    return Stash()


def test_draft_of_a_widget_that_others_changed_is_kept_until_it_is_decided(stash: Stash) -> None:
    stash.drafts.add(WHERE, "Mine")
    assert stash.journal == {"aside/title/a": "Mine", WHERE: None}
    assert stash.notice is not None
    assert (stash.notice.what, stash.notice.kind) == ("“Theirs” changed while you were editing it.", "warn")
    stash.press("Keep mine")
    assert stash.editor.name("a") == "Mine"
    assert stash.editor.selection == ("a",)
    assert stash.journal["aside/title/a"] is None
    assert stash.notice is None


def test_draft_that_is_given_up_leaves_the_others_text(stash: Stash) -> None:
    stash.drafts.add(WHERE, "Mine")
    stash.press("Keep theirs")
    assert (stash.editor.name("a"), stash.journal["aside/title/a"], stash.notice) == ("Theirs", None, None)


def test_second_draft_of_a_field_is_kept_beside_the_first(stash: Stash) -> None:
    stash.drafts.add(WHERE, "First")
    stash.drafts.add(WHERE, "Second")
    assert stash.journal == {"aside/title/a": "First", "aside/aside/title/a": "Second", WHERE: None}


def test_draft_that_is_stashed_already_keeps_its_key(stash: Stash) -> None:
    stash.drafts.add("aside/title/a", "Mine")
    assert stash.journal == {}
    stash.press("Keep theirs")
    assert stash.journal == {"aside/title/a": None}


def test_draft_for_locked_content_is_refused_and_offered_again(stash: Stash, monkeypatch: pytest.MonkeyPatch) -> None:
    stash.editor.select(["a"])
    stash.editor.lock("content", True)
    said: list[str] = []
    monkeypatch.setattr(stash.problems, "refuse", said.append)
    stash.drafts.add(WHERE, "Mine")
    stash.press("Keep mine")
    assert said == ["Content is locked."]
    assert stash.journal["aside/title/a"] == "Mine"
    assert stash.notice is not None


def test_draft_of_a_widget_removed_meanwhile_is_offered_as_text_without_a_refusal(
    stash: Stash, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(stash.problems, "refuse", said.append)
    stash.drafts.add(WHERE, "Mine")
    stash.editor.select(["a"])
    stash.editor.remove()
    stash.press("Keep mine")
    assert said == []
    assert stash.notice is not None
    assert stash.notice.what == "A widget you were editing was removed."
    assert "“Mine”" in stash.notice.why
    stash.press("Copy text")
    assert QGuiApplication.clipboard().text() == "Mine"
    assert stash.journal["aside/title/a"] is None
    assert stash.notice is None


def test_draft_that_is_not_valid_is_named_with_60_characters_at_most(stash: Stash) -> None:
    for length, shown in ((60, "x" * 60), (61, "x" * 59 + "…")):
        stash.drafts.add(f"title/gone{length}", "x" * length)
        assert any(f"“{shown}”" in one.why for one in (stash.notice, *stash.problems.waiting) if one is not None)
    stash.drafts.add(WHERE, "x" * 10_000)
    found = [one for one in (stash.notice, *stash.problems.waiting) if one is not None and "Theirs" in one.what]
    assert [one.what for one in found] == ["Your edit to “Theirs” can't be applied."]


def test_text_for_a_removed_widget_is_discarded_and_drafts_of_two_widgets_are_decided_apart(stash: Stash) -> None:
    stash.drafts.add("title/gone", "Lost")
    stash.drafts.add("title/gone2", "Lost 2")
    stash.press("Discard text")
    assert stash.journal["aside/title/gone"] != stash.journal["aside/title/gone2"]
    assert None in stash.journal.values()
    stash.press("Discard text")
    assert (set(stash.journal.values()), stash.notice) == ({None}, None)


def test_notices_go_with_their_page_and_the_drafts_stay(stash: Stash) -> None:
    stash.drafts.add(WHERE, "Mine")
    stash.drafts.dismiss()
    assert stash.notice is None
    assert stash.journal["aside/title/a"] == "Mine"

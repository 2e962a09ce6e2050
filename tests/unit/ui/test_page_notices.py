"""Notices about a page: shown while the page is, waiting while another one is, and never again once dismissed."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QWidget

from benchboard.ui.problems import Problems
from benchboard.ui.studio.document.page_notices import PageNotices


@pytest.fixture
def page(qapp: object) -> Iterator[QWidget]:
    window = QWidget()
    inside = QWidget(window)
    inside.hide()
    window.show()
    yield inside
    window.close()


def test_notice_waits_until_its_page_is_shown_and_waits_again_when_it_is_hidden(page: QWidget) -> None:
    problems = Problems()
    notices = PageNotices(problems, page)
    notices.notice("Merged.", "Someone else changed it.", key="merged")
    assert not problems.has("merged")
    page.show()
    assert problems.has("merged")
    page.hide()
    assert not problems.has("merged")
    page.show()
    assert problems.has("merged")


def test_notice_about_a_page_on_screen_is_shown_at_once(page: QWidget) -> None:
    problems = Problems()
    page.show()
    PageNotices(problems, page).notice("Merged.", "Someone else changed it.", key="merged")
    assert problems.has("merged")


def test_notice_that_the_user_dismissed_does_not_come_back(page: QWidget) -> None:
    problems = Problems()
    page.show()
    notices = PageNotices(problems, page)
    notices.notice("Merged.", "Someone else changed it.", key="merged")
    problems.dismiss("merged")
    page.hide()
    page.show()
    assert not problems.has("merged")


@pytest.mark.parametrize("shown", [True, False])
def test_notice_that_no_longer_holds_does_not_come_back(page: QWidget, shown: bool) -> None:
    problems = Problems()
    notices = PageNotices(problems, page)
    page.setVisible(shown)
    notices.notice("Merged.", "Someone else changed it.", key="merged")
    notices.dismiss("merged")
    assert not problems.has("merged")
    page.hide()
    page.show()
    assert not problems.has("merged")


def test_notice_of_a_page_that_comes_back_after_one_of_its_key_was_given_is_not_the_old_one(page: QWidget) -> None:
    problems = Problems()
    page.show()
    notices = PageNotices(problems, page)
    notices.notice("Merged.", "Someone else changed it.", key="merged")
    notices.dismiss("merged")
    problems.notice("Another page's.", key="merged")
    page.hide()
    assert problems.has("merged"), "it isn't this page's"


def test_window_that_is_hidden_and_shown_by_the_desktop_keeps_its_notices(page: QWidget) -> None:
    problems = Problems()
    page.show()
    PageNotices(problems, page).notice("Merged.", "Someone else changed it.", key="merged")
    page.window().showMinimized()
    assert problems.has("merged")


def test_actions_of_a_page_are_undone_one_after_the_other() -> None:
    problems, undone = Problems(), list[str]()
    problems.toast("moved", lambda: undone.append("move"))
    problems.toast("starred", lambda: undone.append("star"))
    problems.undo_last()
    problems.toast("not starred", lambda: undone.append("redo"))  # what undoing says is no action of its own
    problems.undo_last()
    problems.undo_last()
    assert undone == ["star", "move"]


def test_what_was_undone_is_redone_until_another_action() -> None:
    problems, done = Problems(), list[str]()

    def act() -> None:
        done.append("do")
        problems.toast("done", back)

    def back() -> None:
        done.append("undo")
        problems.toast("undone", act)

    act()
    problems.undo_last()
    problems.redo_last()
    problems.undo_last()
    assert done == ["do", "undo", "do", "undo"]
    problems.toast("moved", lambda: done.append("move back"))
    problems.redo_last()
    assert done[4:] == [], "the action after it leads elsewhere"

"""Drafts of a killed window when another window has stored the page since."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from draft_tools import WRONG, crashed, drafts, write_json
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from benchboard import workspace
from benchboard.dashboards import home_layout
from benchboard.dashboards.document.widget_kinds import MAX_QUERY
from benchboard.ui.widgets.banners import Banner
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("demo_home")

Open = Callable[..., "Studio"]
Items = list[dict[str, Any]]
THEIRS = "SELECT 42 AS theirs"


@pytest.fixture
def reopened(open_studio: Open, tmp_path: Path) -> Callable[[Callable[[Items], Items]], "Studio"]:
    """A window killed while a query was being written, and opened after somebody else stored what this makes."""

    def reopen(theirs: Callable[[Items], Items]) -> "Studio":
        first = open_studio()
        first.write_query("orders-week", WRONG)
        first.wait(lambda: "query/orders-week" in drafts(first))
        home, items = crashed(first, tmp_path), theirs(first.stored().items)
        first.close()
        opened = workspace.open_demo(home)
        with unbound(opened.database).change() as session:
            home_layout.save_home(session, first.actor, items, base_version=None)
        opened.close()
        return open_studio(home)

    return reopen


def _with_other_query(items: Items) -> Items:
    return [{**item, "query": THEIRS} if item["id"] == "orders-week" else item for item in items]


def _without(items: Items) -> Items:
    return [item for item in items if item["id"] != "orders-week"]


def _stored_query(studio: "Studio") -> str:
    return next(str(item["query"]) for item in studio.stored().items if item["id"] == "orders-week")


def _press(studio: "Studio", title: str) -> None:
    (banner,) = [found for found in studio.application.window.findChildren(Banner) if found.isVisible()]
    button = next(b for b in banner.findChildren(QWidget, "banner_action") if b.text() == title)  # type: ignore[attr-defined]
    studio.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_query_draft_with_the_query_changed_by_others_asks_which(
    reopened: Callable[..., "Studio"], open_studio: Open, tmp_path: Path
) -> None:
    second = reopened(_with_other_query)
    editor = second.page.editor
    assert editor.widget("orders-week").query == THEIRS
    said = second.application.problems.current
    assert said is not None
    assert said.what == "“Orders, 7 days” changed while you were editing it."
    third = open_studio(crashed(second, tmp_path, "again"))  # nobody has answered
    assert third.page.editor.widget("orders-week").query == THEIRS
    _press(third, "Keep mine")
    assert third.page.editor.widget("orders-week").query == WRONG
    assert third.page.editor.selection == ("orders-week",)
    assert third.application.problems.current is None
    assert drafts(third) == {}
    third.wait_until_saved()
    assert _stored_query(third) == WRONG
    third.page.undo()
    assert third.page.editor.widget("orders-week").query == THEIRS


def test_query_written_while_a_draft_waits_leaves_the_draft(reopened: Callable[..., "Studio"]) -> None:
    second = reopened(_with_other_query)
    second.write_query("orders-week", "select 2")
    second.wait(lambda: "select 2" in drafts(second).values())
    second.page.commit()
    assert list(drafts(second).values()) == [WRONG]
    _press(second, "Keep theirs")
    assert drafts(second) == {}
    assert second.page.editor.widget("orders-week").query == "select 2"


def test_query_draft_with_another_field_changed_is_restored_as_an_edit(reopened: Callable[..., "Studio"]) -> None:
    second = reopened(lambda items: [{**item, "title": f"{item['title']}!"} for item in items])
    assert second.page.editor.widget("orders-week").query == WRONG
    assert second.page.editor.widget("orders-week").title == "Orders, 7 days!"
    said = second.application.problems.current
    assert said is not None
    assert said.what.startswith("Recovered 1 unsaved edit from ")


def test_query_draft_of_a_removed_widget_can_be_copied(
    reopened: Callable[..., "Studio"], open_studio: Open, tmp_path: Path
) -> None:
    second = reopened(_without)
    said = second.application.problems.current
    assert said is not None
    assert said.what == "A widget you were editing was removed."
    assert WRONG in said.why
    third = open_studio(crashed(second, tmp_path, "again"))
    QGuiApplication.clipboard().clear()
    _press(third, "Copy text")
    assert QGuiApplication.clipboard().text() == WRONG
    assert third.application.problems.current is None
    assert drafts(third) == {}


def test_query_draft_too_long_is_kept_with_its_reason(open_studio: Open, tmp_path: Path) -> None:
    first = open_studio()
    edit = first.write_query("orders-week", "")
    QGuiApplication.clipboard().setText("y" * 30_000)
    edit.paste()
    first.wait(lambda: len(drafts(first).get("query/orders-week", "")) == MAX_QUERY + 1)
    second = open_studio(crashed(first, tmp_path))
    assert not second.page.editor.undo_stack.can_undo()
    said = second.application.problems.current
    assert said is not None
    assert said.what == "Your edit to “Orders, 7 days” can't be applied."
    assert str(MAX_QUERY) in said.why
    third = open_studio(crashed(second, tmp_path, "again"))
    _press(third, "Copy text")
    assert QGuiApplication.clipboard().text() == "y" * (MAX_QUERY + 1)
    assert third.application.problems.current is None
    assert drafts(third) == {}


def test_query_draft_kept_after_its_widget_was_removed_can_be_copied(reopened: Callable[..., "Studio"]) -> None:
    second = reopened(_with_other_query)
    second.page.editor.select(["orders-week"])
    second.page.editor.remove()
    _press(second, "Keep mine")
    assert list(drafts(second).values()) == [WRONG]
    _press(second, "Copy text")
    assert QGuiApplication.clipboard().text() == WRONG


def test_json_draft_with_another_save_since_says_it_will_ask(open_studio: Open, tmp_path: Path) -> None:
    first = open_studio()
    write_json(first, "}")
    first.wait(lambda: "json" in drafts(first))
    home, items = crashed(first, tmp_path), first.stored().items
    first.close()
    opened = workspace.open_demo(home)
    with unbound(opened.database).change() as session:
        home_layout.save_home(session, first.actor, _with_other_query(items), base_version=None)
    opened.close()
    second = open_studio(home)
    second.wait(lambda: second.page.json_view.error is not None)
    assert "You'll be asked before" in second.page.json_view.text.accessibleDescription()

"""A dashboard as two people edited it, and a window to show versions and merges of it."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QListView, QWidget
from pytestqt.qtbot import QtBot

from benchboard import workspace
from benchboard.dashboards.document.document import Document
from benchboard.dashboards.document.widget_kinds import kind_of
from benchboard.ui.app import Application
from benchboard.ui.context import Context
from benchboard.ui.sections import Room, RoomView
from support import demo
from support.edits import dashboard

Json = dict[str, Any]


def widget(name: str, kind: str, title: str, at: tuple[int, int, int, int], **more: Any) -> Json:
    """A widget with its kind's usual query."""
    known = kind_of(kind)
    query = {"query": known.query} if known is not None and known.query else {}
    return {"id": name, "type": kind, "title": title, "at": at, **query, **more}


def before() -> Document:
    """The page before: a wide line above, the gauge and the notes at the bottom."""
    return dashboard(
        widget("dongles", "metric_card", "Dongles proven", (0, 0, 3, 3)),
        widget("errors", "metric_card", "Bus errors per hour", (3, 0, 3, 3)),
        widget("pairing", "metric_card", "Median pairing time", (6, 0, 3, 3), config={"unit": "s"}),
        widget("proofs", "metric_card", "Failed proofs", (9, 0, 3, 3), config={"unit": "km"}),
        widget("motor", "line_chart", "Motor speed and torque, Conveyor A", (0, 3, 12, 4)),
        widget("weekday", "bar_chart", "Orders by weekday", (0, 7, 4, 5)),
        widget("states", "pie_chart", "Dongles by state", (8, 7, 4, 4)),
        widget("load", "metric_card", "Bus load, brake rig", (4, 7, 4, 3)),
        widget("plan", "text", "Line plan, old", (8, 11, 4, 2), config={"text": "The plan of 2024."}),
        widget("notes", "text", "Shift notes", (0, 12, 4, 3),
               config={"text": "week 46, node 6 was re-pinned on Tuesday."}),
        title="Line 2 overview",
    )  # fmt: skip


def after() -> Document:
    """The page after: the line narrower, things moved, one new, one gone, two changed."""
    return dashboard(
        widget("dongles", "metric_card", "Dongles proven", (0, 0, 3, 3)),
        widget("errors", "metric_card", "Bus errors per hour", (3, 0, 3, 3)),
        widget("pairing", "metric_card", "Median pairing time", (6, 0, 3, 3), config={"unit": "s"}),
        widget("proofs", "metric_card", "Failed proofs", (9, 0, 3, 3), config={"unit": "m"}),
        widget("motor", "line_chart", "Motor speed and torque, Conveyor A", (0, 3, 8, 6)),
        widget("load", "metric_card", "Bus load, brake rig", (8, 3, 4, 3)),
        widget("receive", "line_chart", "Receive errors, 24 h", (8, 6, 4, 3)),
        widget("weekday", "bar_chart", "Orders by weekday", (0, 9, 4, 5)),
        widget("states", "pie_chart", "Dongles by state", (4, 9, 4, 5)),
        widget("notes", "text", "Shift notes", (0, 14, 4, 3),
               config={"text": "week 47, node 6 was re-pinned on Tuesday."}),
        title="Line 2 overview",
    )  # fmt: skip


def _line(weekday: Json, notes: str, **more: Json) -> Document:
    """A page with two widgets that both edit, and others."""
    items = {
        "weekday": {**widget("weekday", "bar_chart", "Orders", (0, 0, 4, 5)), **weekday},
        "notes": widget("notes", "text", "Shift notes", (4, 0, 4, 5), config={"text": notes}),
        "load": widget("load", "metric_card", "Bus load, brake rig", (8, 0, 4, 3)),
        "revenue": widget("revenue", "pie_chart", "Revenue by currency", (0, 5, 4, 5)),
        "proofs": widget("proofs", "metric_card", "Failed proofs", (4, 5, 4, 3)),
        "plan": widget("plan", "text", "Line plan", (8, 5, 4, 3), config={"text": "Old."}),
    }
    for name, changed in more.items():
        items[name] = {**items.get(name, {}), **changed}
    return dashboard(*(item for item in items.values() if "gone" not in item), title="Line 2 overview")


def edited_by_two() -> tuple[Document, Document, Document]:
    """What it was, what I made of it, what they did: two widgets of both, four edits besides."""
    base = _line({"type": "pie_chart"}, "week 46, node 6 was re-pinned on Tuesday.")
    mine = _line(
        {"type": "bar_chart", "title": "Orders by weekday"},
        "week 47, node 6 was re-pinned on Tuesday.",
        load={"at": (4, 8, 4, 3)},
        receive=widget("receive", "line_chart", "Receive errors, 24 h", (0, 10, 6, 5)),
    )
    theirs = _line(
        {"type": "line_chart", "title": "Orders per day"},
        "week 46, node 6 was replaced on Thursday.",
        revenue={"config": {"unit": "€"}},
        proofs={"title": "Failed proofs this week"},
    )
    return base, mine, theirs


def room(make: Any) -> Room:
    """A room with one place that shows `make(context)`, filling it."""

    def place(context: Context) -> QWidget:
        made: QWidget = make(context)
        return made

    return Room("studio", "Studio", "ph.squares-four", "studio:enter", (RoomView("home", "Dashboards", place),))


class ViewWindow:
    """An open window with one screen in it, made by `make(context)`; real mouse and keys go to it."""

    def __init__(self, qtbot: QtBot, home: Path, make: Any, *, role: str = "analyst") -> None:
        self.qtbot = qtbot
        self._made: list[QWidget] = []
        self.workspace = workspace.open_demo(home)
        self._signed_in = demo.sign_in(self.workspace, role)
        self.actor = self._signed_in.actor
        self.application = Application(home, lambda: (room(lambda context: self._keep(make(context))),))

    def open(self, width: int = 1440, height: int = 900) -> QWidget:
        """Show the window; answers the screen."""
        demo.enter(self.application, self.workspace, self._signed_in, "studio/home", (width, height))
        window = self.application.window
        window.activateWindow()
        self.qtbot.waitUntil(window.isActiveWindow)
        return self._made[-1]

    def _keep(self, made: QWidget) -> QWidget:
        self._made.append(made)
        return made

    def wait(self, condition: Any) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=15_000)

    def find(self, name: str) -> QWidget:
        (found,) = [one for one in self.application.window.findChildren(QWidget, name) if one.isVisible()]
        return found

    def press(self, name: str) -> None:
        self.qtbot.mouseClick(self.find(name), Qt.MouseButton.LeftButton)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the keyboard is."""
        self.qtbot.keyClick(self.application.window.focusWidget(), key, modifiers)

    def row(self, view: QListView, at: int, x: int | None = None, modifiers: Any = None) -> None:
        """Click a row of a list, in the middle or at `x`."""
        box = view.visualRect(view.model().index(at, 0))
        spot = QPoint(box.center().x() if x is None else x, box.center().y())
        modifiers = Qt.KeyboardModifier.NoModifier if modifiers is None else modifiers
        self.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifiers, spot)

    def close(self) -> None:
        demo.close(self.application)

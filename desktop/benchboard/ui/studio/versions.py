"""What a dashboard was: its versions, what differs between two of them, and the ways back."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from benchboard.dashboards import library, versions
from benchboard.dashboards.comparing import Difference, Key, Line, differences, json_lines, take_back
from benchboard.dashboards.document import Document
from benchboard.dashboards.stored import Saved
from benchboard.errors import AppError, Conflict
from benchboard.i18n import _, ngettext
from benchboard.identity import access
from benchboard.paging import Scalar
from benchboard.ui.context import Context
from benchboard.ui.studio.changewords import Names, said
from benchboard.ui.studio.differencelist import DifferenceList, Differences
from benchboard.ui.studio.diffpage import DiffPage, Mode
from benchboard.ui.studio.diffparts import Counts, PageArea, head, pane, wide
from benchboard.ui.studio.jsondiff import JsonDiff
from benchboard.ui.studio.pictures import Answers
from benchboard.ui.studio.versionlist import VersionList, Versions
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button, EmptyState, Item, KeyCap, SegmentedControl, Text, Toolbar, hairline, menu

_NARROW: Final = 1136
"""A window of 1200 px less the rail: narrower, the list of versions is opened by a button."""
_KEPT: Final = 12
"""Documents of versions held, so that going back and forth asks for nothing twice."""


@dataclass(frozen=True, slots=True)
class _Compared:
    """Two versions with what differs; `before` is None where there is only one."""

    before: Document | None
    after: Document
    found: tuple[Difference, ...]
    lines: tuple[Line, ...]


class VersionsScreen(QWidget):
    """The versions of one dashboard. `closed` asks to go back to editing; `restored` has the `Saved` of a way back that
    was taken: the dashboard is another one now."""

    closed = Signal()
    restored = Signal(object)

    def __init__(self, context: Context, dashboard_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("studio_versions")
        self.setProperty("surface", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context, self._dashboard_id = context, dashboard_id
        self._base: int | None = None
        self._compared: _Compared | None = None
        self._kept: dict[int, Document] = {}
        self._asked = 0
        self._working = False
        self._newest: int | None = None
        self._filtered = False
        self._before_answers, self._after_answers = Answers(context, self), Answers(context, self)
        self._model = Versions(context, dashboard_id, self)
        self._model.read.connect(self._listed)
        self._found = Differences(self)
        self._found.ticked_changed.connect(self._offer)
        self._lay_out()
        self._shortcuts()
        context.changed.watch(self, {"dashboard_versions"}, self.refresh)
        self.refresh()

    @property
    def busy(self) -> bool:
        """Whether something is on its way."""
        return self._working or self._before_answers.busy or self._after_answers.busy

    def refresh(self) -> None:
        """Read the list anew; the two that are compared stay."""
        actor, dashboard_id = self._context.actor, self._dashboard_id
        self._context.tasks.read(
            self, lambda session: library.get(session, actor, dashboard_id).card.version, self._based
        )
        self._model.reload()

    def compare(self, before: int | None, after: int) -> None:
        """Show what differs between two versions; None: there is nothing before."""
        self._model.mark(before, after)
        self._asked += 1
        asked, actor, dashboard_id = self._asked, self._context.actor, self._dashboard_id
        known = dict(self._kept)
        self._working = True

        def read(session: DatabaseSession) -> tuple[_Compared, dict[int, Document]]:
            for number in (before, after):
                if number is not None and number not in known:
                    known[number] = versions.get_version(session, actor, dashboard_id, number).document
            was, now = known[before] if before is not None else None, known[after]
            if was is None:
                return _Compared(None, now, (), ()), known
            return _Compared(was, now, differences(was, now), json_lines(was, now)), known

        self._context.tasks.read(
            self, read, lambda answer: self._show(asked, *answer), lambda error: self._unread(asked, error)
        )

    # What is shown

    def _based(self, version: int) -> None:
        self._base = version

    def _listed(self) -> None:
        rows = self._model.rows
        self._say_empty(bool(rows))
        if not rows:
            return
        if not self._filtered:
            self._newest = rows[0].number
        if self._model.after is None:
            self._look_at(rows[0].number)
            self._list.show_number(rows[0].number)
        self._offer()

    def _show(self, asked: int, compared: _Compared, known: dict[int, Document]) -> None:
        if asked != self._asked:
            return
        self._working = False
        self._kept = dict(list(known.items())[-_KEPT:])
        self._compared = compared
        before = compared.before or compared.after
        names = Names(compared.after, before)
        self._found.show_differences(compared.found, names)
        self._json.show_lines(compared.lines, names)
        numbers = (self._model.before or self._model.after, self._model.after)
        was, now = (_("Version {number}").format(number=number) for number in numbers)
        self._page.show_documents(before, compared.after, compared.found, (was, now))
        self._ask()
        self._say(names)

    def _unread(self, asked: int, error: AppError) -> None:
        if asked == self._asked:
            self._working = False
            self._context.problems.show(error)

    def _ask(self) -> None:
        """Ask for the figures of the pages in sight."""
        if self._compared is not None:
            self._after_answers.ask(self._compared.after)
            if self._modes.current() == "beside" and self._compared.before is not None:
                self._before_answers.ask(self._compared.before)

    def _say(self, names: Names) -> None:
        compared = self._compared
        assert compared is not None
        before, after = self._model.before, self._model.after
        self._before_name.setText(_("Version {number}").format(number=before) if before is not None else "")
        self._after_name.setText(_("Version {number}").format(number=after))
        self._to.setVisible(before is not None)
        meant = [one for one in compared.found if not one.pushed]
        counts = Counter(said(one, names).look for one in meant)
        self._counts.show_counts(counts)
        count = len(meant)
        title = ngettext("{count} difference", "{count} differences", count).format(count=count)
        self._heading.setText(title)
        sentence = ""
        if before is None:
            sentence = _("This is the first version. There is nothing to compare it with yet.")
        elif not compared.found:
            sentence = _("The two versions say the same.")
        self._nothing.setText(sentence)
        self._nothing.setVisible(bool(sentence))
        self._differences.setVisible(not sentence)
        self._page.setAccessibleName(f"{self._before_name.text()} → {self._after_name.text()}: {title}")
        self._offer()

    def _offer(self) -> None:
        """What can be done, and where it cannot, why."""
        before, after = self._model.before, self._model.after
        newest = self._newest
        may = access.may(self._context.actor, "dashboards:write")
        why_not = "" if may else _("You may look at this dashboard and not change it.")
        self._restore.setVisible(before is not None)
        self._restore.setText(_("Restore version {number}").format(number=before))
        self._restore.disable(why_not)
        count = len(self._found.ticked)
        ticked = ngettext("Take back the {count} ticked", "Take back the {count} ticked", count).format(count=count)
        self._take_back.setText(ticked if count else _("Take back what is ticked"))
        self._take_back.setVisible(before is not None)
        if not why_not and after != newest:
            why_not = _("Only what the newest version has can be taken back.")
        self._take_back.disable(why_not or ("" if count else _("Tick the differences to take back.")))
        hint = _("Restoring makes version {next}. Nothing in between is lost, and Undo brings version {newest} back.")
        self._hint.setText(hint.format(next=(newest or 0) + 1, newest=newest) if before is not None else "")

    def _say_empty(self, any_rows: bool) -> None:
        self._no_versions.setVisible(not any_rows)
        self._list.setVisible(any_rows)

    # What can be done

    def restore(self) -> None:
        """Make the dashboard what it was in the older one of the two."""
        number, newest = self._model.before, self._newest
        if number is not None and self._restore.isEnabled() and self._restore.isVisibleTo(self):
            self._restore_number(number, undo=newest)

    def _restore_number(self, number: int, *, undo: int | None) -> None:
        actor, dashboard_id, base = self._context.actor, self._dashboard_id, self._base

        def done(saved: Saved) -> None:
            text = _("Version {number} is back, as version {new}.").format(number=number, new=saved.number)
            self._is_back(saved, text, undo)

        self._change(
            lambda session: versions.restore_version(session, actor, dashboard_id, number, base_version=base), done
        )

    def take_back(self) -> None:
        """Take the ticked differences back and keep the rest."""
        compared, before, newest = self._compared, self._model.before, self._newest
        chosen = tuple(self._found.ticked)
        if (
            compared is None
            or compared.before is None
            or before is None
            or not chosen
            or not self._take_back.isEnabled()
        ):
            return
        document = take_back(compared.after, compared.before, chosen)
        actor, dashboard_id, base = self._context.actor, self._dashboard_id, self._base
        count = len(chosen)
        note = ngettext("Took {count} change back to version {number}", "Took {count} changes back to version {number}",
                        count).format(count=count, number=before)  # fmt: skip

        def done(saved: Saved) -> None:
            text = ngettext("{count} change was taken back.", "{count} changes were taken back.", count)
            self._is_back(saved, text.format(count=count), newest)

        self._change(
            lambda session: library.save(session, actor, dashboard_id, document, base_version=base, note=note), done
        )

    def _change(self, change: Callable[[DatabaseSession], Saved], done: Callable[[Saved], None]) -> None:
        self._working = True
        self._context.tasks.change(self, change, done, self._refused)

    def _is_back(self, saved: Saved, text: str, undo: int | None) -> None:
        self._working = False
        self._base = saved.version
        self._newest = saved.number
        if undo is not None:
            self._context.problems.toast(text, lambda: self._restore_number(undo, undo=None))
        self.restored.emit(saved)
        self._model.mark(None, None)
        self._model.reload()

    def _refused(self, error: AppError) -> None:
        self._working = False
        self._context.problems.show(error)
        if isinstance(error, Conflict):
            self.refresh()

    # Choosing

    def _look_at(self, number: int) -> None:
        """A version, compared with the one before it."""
        self.compare(number - 1 if number > 1 else None, number)

    def _compare_since(self, number: int) -> None:
        """A version as the older of the two; one that is newer than what is looked at becomes the newer."""
        after = self._model.after
        if after is not None and number != after:
            self.compare(min(number, after), max(number, after))

    def _show_mode(self, mode: str) -> None:
        self._stack.setCurrentWidget(self._json if mode == "json" else self._area)
        if mode != "json":
            shown: Mode = "beside" if mode == "beside" else "overlay"
            self._page.show_mode(shown)
            self._ask()

    def _go(self, key: Key) -> None:
        self._differences.go(key)

    def _stand_on(self, key: Key | None) -> None:
        box = self._page.show_current(key)
        if box is not None:
            self._area.ensureVisible(round(box.center().x()), round(box.center().y()),
                                     round(box.width() / 2), round(box.height() / 2))  # fmt: skip
        if key is not None:
            self._json.show_item(key[1] if key[0] != "document" else "")

    def _choose_whose(self) -> None:
        actor = self._context.actor
        choices: tuple[tuple[str, dict[str, Scalar]], ...] = (
            (_("Everybody"), {}),
            (_("Only mine"), {"author_id": actor.user_id}),
            (_("Only with a note"), {"named": True}),
        )
        menu(
            self._whose,
            [
                Item(title, partial(self._filter, title, filters), checked=self._whose.text() == title)
                for title, filters in choices
            ],
            name="versions_whose",
        )

    def _filter(self, title: str, filters: dict[str, Scalar]) -> None:
        self._whose.setText(title)
        self._filtered = bool(filters)
        self._model.reload(filters)

    # Parts

    def _lay_out(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._toolbar())
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        self._left = self._versions_pane()
        middle.addWidget(self._left)
        self._left_line = hairline(vertical=True)
        middle.addWidget(self._left_line)
        middle.addWidget(self._pages(), 1)
        middle.addWidget(hairline(vertical=True))
        middle.addWidget(self._differences_pane())
        whole.addLayout(middle, 1)
        self.setFocusProxy(self._differences)

    def _toolbar(self) -> QWidget:
        bar = Toolbar()
        self._back = Button(
            _("Back to editing"), self.closed.emit, kind="quiet", icon="ph.caret-left", name="versions_back"
        )
        self._show_list = Button(_("Versions"), self._toggle_list, icon="ph.list", name="versions_toggle")
        self._show_list.setCheckable(True)
        self._before_name, self._after_name = Text("", "body_strong"), Text("", "body_strong")
        self._to = Text("→", "body", "muted")
        self._counts = Counts()
        line, other = hairline(vertical=True), hairline(vertical=True)
        for one in (line, other):
            one.setFixedHeight(20)
        for widget in (
            self._back,
            self._show_list,
            line,
            self._before_name,
            self._to,
            self._after_name,
            other,
            self._counts,
        ):
            bar.add(widget)
        self._modes = SegmentedControl(
            (("overlay", _("Overlay")), ("beside", _("Side by side")), ("json", _("JSON"))), label=_("How to compare")
        )
        self._modes.chosen.connect(self._show_mode)
        bar.add_right(self._modes)
        return bar

    def _versions_pane(self) -> QWidget:
        whole, column = pane(272)
        top, row = head()
        row.addWidget(Text(_("Versions"), "body_strong"))
        row.addStretch(1)
        self._whose = Button(_("Everybody"), self._choose_whose, kind="quiet", icon="ph.funnel", name="versions_filter")
        row.addWidget(self._whose)
        self._list = VersionList(self._model)
        self._list.chosen.connect(self._look_at)
        self._list.since.connect(self._compare_since)
        self._no_versions = EmptyState(
            "ph.clock-counter-clockwise", _("No version is here."), why=_("Every save makes one.")
        )
        self._no_versions.hide()
        foot = QWidget()
        keys = QHBoxLayout(foot)
        keys.setContentsMargins(16, 8, 12, 8)
        keys.setSpacing(6)
        keys.addWidget(KeyCap("B"))
        keys.addWidget(Text(_("or Shift and a click: compare with it"), "caption", "muted"))
        keys.addStretch(1)
        for widget in (top, hairline(), self._no_versions):
            column.addWidget(widget)
        column.addWidget(self._list, 1)
        column.addWidget(hairline())
        column.addWidget(foot)
        return whole

    def _pages(self) -> QWidget:
        self._page = DiffPage(self._before_answers, self._after_answers)
        self._page.picked.connect(self._go)
        self._area = PageArea(self._page)
        self._json = JsonDiff()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._area)
        self._stack.addWidget(self._json)
        return self._stack

    def _differences_pane(self) -> QWidget:
        whole, column = pane(280)
        top, row = head()
        self._heading = Text("", "body_strong")
        row.addWidget(self._heading)
        row.addStretch(1)
        for cap in (KeyCap("J"), KeyCap("K")):
            row.addWidget(cap)
        row.addWidget(Text(_("step"), "caption", "muted"))
        self._differences = DifferenceList(self._found)
        self._differences.current.connect(self._stand_on)
        self._nothing = Text("", "body", "muted", wrap=True)
        self._nothing.setContentsMargins(16, 16, 16, 16)
        self._nothing.hide()
        foot = QWidget()
        foot_column = QVBoxLayout(foot)
        foot_column.setContentsMargins(16, 12, 16, 14)
        foot_column.setSpacing(8)
        self._restore = wide(
            Button("…", self.restore, kind="primary", icon="ph.clock-counter-clockwise", name="versions_restore")
        )
        self._take_back = wide(Button("…", self.take_back, name="versions_take_back"))
        self._hint = Text("", "caption", "muted", wrap=True)
        foot_column.addWidget(self._restore)
        foot_column.addWidget(self._take_back)
        foot_column.addWidget(self._hint)
        for widget in (top, hairline(), self._nothing):
            column.addWidget(widget)
        column.addWidget(self._differences, 1)
        column.addWidget(hairline())
        column.addWidget(foot)
        return whole

    def _shortcuts(self) -> None:
        for keys, run in (
            ("J", lambda: self._differences.step(1)),
            ("K", lambda: self._differences.step(-1)),
            ("Ctrl+Return", self.restore),
            ("Escape", self.closed.emit),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)

    def _toggle_list(self) -> None:
        self._left.setVisible(self._show_list.isChecked())
        self._left_line.setVisible(self._show_list.isChecked())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < _NARROW
        self._show_list.setVisible(narrow)
        shown = not narrow or self._show_list.isChecked()
        self._left.setVisible(shown)
        self._left_line.setVisible(shown)
        self._counts.shorten(narrow)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._before_answers.stop()
        self._after_answers.stop()

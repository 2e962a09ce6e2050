"""The versions screen of a dashboard: compare two versions, restore one, or revert single differences."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from benchboard.dashboards import library
from benchboard.dashboards.document.document import Document, write_document
from benchboard.dashboards.repository import SavedDashboard
from benchboard.dashboards.variables.repeat_expansion import VariableChoice
from benchboard.dashboards.versions import version_store
from benchboard.dashboards.versions.diff import Difference, JsonLine, Key, differences, json_diff, revert
from benchboard.errors import AppError, Conflict
from benchboard.i18n import _, ngettext
from benchboard.identity import permissions
from benchboard.ui.commands import Handler, Handlers, install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.studio.studio_commands import VERSIONS
from benchboard.ui.studio.versions.diff_view import DiffPage
from benchboard.ui.studio.versions.diff_widgets import DiffCounts, PageArea, SideHeadings
from benchboard.ui.studio.versions.difference_text import ItemNames, describe, summarise
from benchboard.ui.studio.versions.differences_pane import DifferencesPane
from benchboard.ui.studio.versions.json_diff_view import JsonDiff
from benchboard.ui.studio.versions.version_list import VersionsPane
from benchboard.ui.studio.versions.widget_thumbnails import ThumbnailAnswers
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.theme import theme
from benchboard.ui.widgets import BannerPlace, Button, SegmentedControl, Text, Toolbar, fill_column, hairline
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.drawer import is_narrow
from benchboard.ui.widgets.surfaces import set_surface

_MAX_CACHED: Final = 12
"""Most documents that are cached, so that going back and forth loads nothing twice."""


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two versions and their differences; `before` is None if there is only one.

    `base` is the base of a save made from here: the revision of the dashboard that was stored then.
    """

    numbers: tuple[int | None, int]
    before: Document | None
    after: Document
    found: tuple[Difference, ...]
    lines: tuple[JsonLine, ...]
    base: int
    is_stored: bool
    """Whether the newer one has the content that the dashboard has now: to restore it would change nothing."""


class VersionsScreen(QWidget):
    """The versions of one dashboard.

    `closed` asks to return to editing; `restored` emits the `SavedDashboard` after a version was restored.
    `stored` is called after each version that the user stores here, also by Undo once the screen is closed: with its
    base, its own number of the dashboard's revision, and what was done.
    """

    closed = Signal()
    restored = Signal(object)
    stored: Callable[[int, int, str], None] | None = None

    def __init__(
        self,
        context: Context,
        dashboard_id: str,
        parent: QWidget | None = None,
        *,
        awaits: bool = False,
        choices: Mapping[str, VariableChoice] | None = None,
    ) -> None:
        """`awaits`: an edit made before this screen was opened is still being saved (`select_saved_version`).
        `choices`: the variable values that are selected on the open page, with which versions are shown too.
        """
        super().__init__(parent)
        self.setObjectName("studio_versions")
        set_surface(self, "surface")
        self._context, self._dashboard_id = context, dashboard_id
        self._comparison: _Comparison | None = None
        self._documents: dict[int, Document] = {}
        self._comparison_told = ""
        """What a screen reader was told of the comparison that is shown."""
        self._generation = 0
        self._working = False
        self._newest: int | None = None
        self._newest_at: datetime | None = None
        self.brought_back: tuple[str, ...] = ()
        """The ids of the items whose differences were undone last."""
        self._awaits, self._awaited_number = awaits, 0
        """Whether the version of that edit, which the user wants to see, is awaited, and its number once it is known.

        The list may receive it before the save reports it, and others in between.
        """
        self._before_answers = ThumbnailAnswers(context, self, choices=choices)
        self._after_answers = ThumbnailAnswers(context, self, choices=choices)
        self._left = VersionsPane(context, dashboard_id)
        self._model = self._left.model
        self._right = DifferencesPane(permissions.has_permission(context.actor, "dashboards:write"))
        self._lay_out()
        self._connect()
        context.changed.watch(self, {"dashboard_versions"}, self.refresh)
        self.refresh()

    @property
    def busy(self) -> bool:
        """Whether data is being loaded."""
        return self._working or self._before_answers.busy or self._after_answers.busy

    def refresh(self) -> None:
        """Reload the list; the compared versions stay."""
        self._model.reload()

    def select_saved_version(self, number: int | None) -> None:
        """The awaited edit was saved as this version; None: it has no version of its own."""
        if self._awaits:
            self._awaits, self._awaited_number = number is not None, number or 0
            self._listed()

    def compare(self, before: int | None, after: int) -> None:
        """Show the differences between two versions; None: there is nothing before."""
        self._model.set_compared(before, after)
        self._generation += 1
        asked, actor, dashboard_id = self._generation, self._context.actor, self._dashboard_id
        known = dict(self._documents)
        self._working = True

        def read(session: DatabaseSession) -> _Comparison:
            stored = library.get_dashboard(session, actor, dashboard_id)
            base = stored.card.version
            for number in (before, after):
                if number is not None and number not in known:
                    known[number] = version_store.get_version(session, actor, dashboard_id, number).document
            was, now = known[before] if before is not None else None, known[after]
            is_stored = write_document(now) == write_document(stored.document)
            if was is None:
                return _Comparison((before, after), None, now, (), (), base, is_stored)
            return _Comparison((before, after), was, now, differences(was, now), json_diff(was, now), base, is_stored)

        def show(compared: _Comparison) -> None:
            if asked == self._generation:
                self._documents = dict(list(known.items())[-_MAX_CACHED:])
                self._show(compared)

        self._context.tasks.read(self, read, show, lambda error: self._comparison_failed(asked, error))

    # Display

    def _listed(self) -> None:
        rows = self._model.rows
        if not rows or self._left.filtered:
            return
        newest, at = self._newest, self._newest_at
        self._newest, self._newest_at = rows[0].number, rows[0].saved_at
        if (newest, at) != (self._newest, self._newest_at) and newest is not None:
            # The newest version may have been extended by its author's next saves.
            self._documents = {number: document for number, document in self._documents.items() if number < newest}
        wanted = self._awaited_number if self._awaits and self._model.row_of(self._awaited_number) is not None else None
        if self._model.after is None or wanted is not None:
            self._awaits = self._awaits and wanted is None
            number = wanted or rows[0].number
            self._compare_with_previous(number)
            self._left.list.show_number(number)
        elif (newest, at) != (self._newest, self._newest_at):
            self.compare(self._model.before, self._model.after)  # with the new base after a save
        self._show_numbers(self._model.before, self._model.after)

    def _show_numbers(self, before: int | None, after: int | None) -> None:
        shown = self._comparison
        is_stored = shown is not None and shown.numbers == (before, after) and shown.is_stored
        self._right.show_numbers(before, after, self._newest, is_stored=is_stored)

    def _show(self, compared: _Comparison) -> None:
        self._working = False
        last = self._comparison
        again = (
            last is not None
            and last.numbers == compared.numbers
            and (last.before is compared.before and last.after is compared.after)
        )
        self._comparison = compared
        before, after = compared.numbers
        self._show_numbers(before, after)
        if again:
            return
        names = ItemNames(compared.after, compared.before or compared.after)
        was, now = (_("Version {number}").format(number=number) for number in (before or after, after))
        self._right.show_differences(compared.found, names, alone=before is None)
        self._json.show_lines(compared.lines, names)
        self._page.show_documents(compared.before or compared.after, compared.after, compared.found)
        self._headings.show_numbers(before, after)
        self._before_name.setText(was if before is not None else "")
        self._after_name.setText(now)
        self._arrow_text.setVisible(before is not None)
        self._modes.setVisible(before is not None)
        self._show_mode(self._modes.current() if before is not None else "overlay")
        if before is not None and before == after - 1:
            self._model.set_summary(after, summarise(compared.found, names) or _("No differences"))
        counts = Counter(describe(one, names).look for one in compared.found)
        self._counts.show_counts(counts)
        self._counts_line.setVisible(bool(counts))
        self._fit_toolbar()
        self._page.setAccessibleName(f"{was} → {now}: {self._right.heading}")
        self._comparison_told = self._comparison_text(compared, names)
        self._area.setAccessibleName(self._comparison_told)
        announce(self, self._comparison_told, again=True)
        self._request_answers()

    def _comparison_text(self, compared: _Comparison, names: ItemNames) -> str:
        """Which versions are compared, and what differs, for screen readers."""
        before, after = compared.numbers
        if before is None:
            return _("Version {number}. First version, nothing to compare.").format(number=after)
        parts = [self._right.heading, summarise(compared.found, names)] if compared.found else [_("No differences")]
        told = _("Version {number} compared with version {other}: {differences}")
        return told.format(number=after, other=before, differences=", ".join(filter(None, parts)))

    def _comparison_failed(self, asked: int, error: AppError) -> None:
        if asked == self._generation:
            self._working = False
            self._context.problems.show(error, self.refresh)

    def _request_answers(self) -> None:
        """Run the queries of the visible pages."""
        if self._comparison is not None and self.isVisible():
            self._after_answers.ask(self._comparison.after)
            if self._modes.current() == "beside" and self._comparison.before is not None:
                self._before_answers.ask(self._comparison.before)

    # Actions

    def restore(self) -> None:
        """Restore the selected version or, of the newest, the one that it is compared with."""
        if self._comparison is not None and self._right.can_restore:
            number, newest, base = self._right.to_restore, self._newest, self._comparison.base
            if number is not None and newest is not None:
                self._restore_number(number, base, undo=newest)

    def _restore_number(self, number: int, base: int, *, undo: int) -> None:
        actor, dashboard_id = self._context.actor, self._dashboard_id

        def done(saved: SavedDashboard) -> None:
            if saved.version == base:
                self._working = False
                same = _("Version {number} is the same as the newest version. Nothing was changed.")
                self._context.problems.toast(same.format(number=number), warning=True)
                return
            text = _("Restored version {number} as version {new}.").format(number=number, new=saved.number)
            self._restored(saved, base, _restoring(number), text, undo)

        self._change(
            lambda session: version_store.restore_version(session, actor, dashboard_id, number, base_version=base), done
        )

    def revert_selected(self) -> None:
        """Revert the ticked differences and keep the others."""
        compared, chosen = self._comparison, tuple(self._right.model.ticked)
        newest = self._newest
        if compared is None or compared.before is None or newest is None or not chosen:
            return
        document = revert(compared.after, compared.before, chosen)
        actor, dashboard_id, base = self._context.actor, self._dashboard_id, compared.base
        count = len(chosen)
        note = ngettext(
            "Undid {count} difference from version {number}", "Undid {count} differences from version {number}", count
        ).format(count=count, number=compared.numbers[0])
        title = ngettext("Undo {count} difference", "Undo {count} differences", count).format(count=count)

        def done(saved: SavedDashboard) -> None:
            self.brought_back = tuple(item_id for kind, item_id in chosen if kind != "document")
            text = ngettext("Undid {count} difference.", "Undid {count} differences.", count)
            self._restored(saved, base, title, text.format(count=count), newest)

        self._change(
            lambda session: library.save(session, actor, dashboard_id, document, base_version=base, note=note), done
        )

    def _change(
        self, change: Callable[[DatabaseSession], SavedDashboard], done: Callable[[SavedDashboard], None]
    ) -> None:
        self._working = True
        self._context.tasks.change(self, change, done, self._change_failed)

    def _restored(self, saved: SavedDashboard, base: int, title: str, text: str, undo: int) -> None:
        self._working = False
        if self.stored is not None:
            self.stored(base, saved.version, title)
        # Listeners may close this screen; undo is offered as long as its window is open. What was done is told once the
        # focus is where it stays: a screen reader would break off to tell that.
        undo_step = _StoredStep(self._context, self.window(), self._dashboard_id, title, self.stored)
        self.restored.emit(saved)
        undo_step.report(text, saved, undo)
        self._model.set_compared(None, None)
        self._model.reload()

    def _change_failed(self, error: AppError) -> None:
        self._working = False
        self._context.problems.show(error)
        if isinstance(error, Conflict):
            self.refresh()

    # Selection

    def _compare_with_previous(self, number: int) -> None:
        """Compare a version with the one before it."""
        self.compare(number - 1 if number > 1 else None, number)

    def _version_selected(self, number: int) -> None:
        self._awaits = False
        self._tell_if_shown(number - 1 if number > 1 else None, number)
        self._compare_with_previous(number)

    def _compare_since(self, number: int) -> None:
        """Make a version the older of the two; one that is newer than the present version becomes the newer."""
        self._awaits = False
        after = self._model.after
        if after is None:
            return
        if number == after:
            same = _("Version {number} is the newer of the two already. Go to another version to compare with it.")
            only = _("Version {number} is the only version: there is nothing to compare it with.")
            is_only = len(self._model.rows) == 1 and not self._left.filtered
            self._context.problems.refuse((only if is_only else same).format(number=number))
            return
        self._tell_if_shown(min(number, after), max(number, after))
        self.compare(min(number, after), max(number, after))

    def _tell_if_shown(self, before: int | None, after: int) -> None:
        """Tell the screen reader again what is compared, where that is what was asked for: nothing changes then."""
        if self._comparison is not None and self._comparison.numbers == (before, after):
            announce(self, self._comparison_told, again=True)

    def _show_mode(self, mode: str) -> None:
        self._stack.setCurrentWidget(self._json if mode == "json" else self._sides)
        self._headings.setVisible(mode == "beside")
        self._fit_panes()
        if mode != "json":
            self._page.show_mode("beside" if mode == "beside" else "overlay")
            self._request_answers()

    def _select_difference(self, key: Key) -> None:
        self._right.list.go(key)

    def _show_difference(self, key: Key | None) -> None:
        box = self._page.show_current(key)
        if box is not None:
            spot = box.toRect()
            self._area.ensureVisible(spot.center().x(), spot.center().y(), spot.width() // 2, spot.height() // 2)
        if key is not None:
            self._json.show_item(key[1] if key[0] != "document" else "")

    # Layout

    def _lay_out(self) -> None:
        self._page = DiffPage(self._before_answers, self._after_answers)
        self._area = PageArea(self._page)
        self._json = JsonDiff()
        self._stack = QStackedWidget()
        self._headings = SideHeadings()
        self._sides = QWidget()
        fill_column(self._sides, self._headings, self._area)
        self._stack.addWidget(self._sides)
        self._stack.addWidget(self._json)
        self._left_line = hairline(vertical=True)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.banner_place = BannerPlace()
        whole.addWidget(self._toolbar())
        whole.addWidget(self.banner_place)
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self._left)
        middle.addWidget(self._left_line)
        middle.addWidget(self._stack, 1)
        middle.addWidget(hairline(vertical=True))
        middle.addWidget(self._right)
        whole.addLayout(middle, 1)
        self.setFocusProxy(self._left.list)

    def _toolbar(self) -> QWidget:
        bar = self._bar = Toolbar()
        bar.setAccessibleName(_("Versions"))
        back = self._back = Button(
            _("Back to editing"), self.closed.emit, kind="quiet", icon="ph.caret-left", name="versions_back"
        )
        self._show_list = Button(_("Versions"), self._toggle_list, icon="ph.list", name="versions_toggle")
        self._show_list.setCheckable(True)
        self._before_name, self._after_name = Text("", "body_strong"), Text("", "body_strong")
        self._arrow_text = Text("→", "body", "muted")
        self._counts = DiffCounts()
        line, self._counts_line = hairline(vertical=True), hairline(vertical=True)
        for one in (line, self._counts_line):
            one.setFixedHeight(20)
        names = (self._before_name, self._arrow_text, self._after_name)
        for widget in (back, self._show_list, line, *names, self._counts_line, self._counts):
            bar.add(widget)
        self._modes = SegmentedControl(
            (("overlay", _("Overlay")), ("beside", _("Side by side")), ("json", _("JSON"))), label=_("Comparison view")
        )
        bar.add_right(self._modes)
        return bar

    def _connect(self) -> None:
        self._model.page_loaded.connect(self._listed)
        self._left.list.version_selected.connect(self._version_selected)
        self._left.list.compare_requested.connect(self._compare_since)
        self._right.list.current.connect(self._show_difference)
        self._right.restore_requested.connect(self.restore)
        self._right.revert_requested.connect(self.revert_selected)
        self._page.picked.connect(self._select_difference)
        self._modes.selected.connect(self._show_mode)
        install_shortcuts(self, VERSIONS, self.command_handlers(), self._context.problems.refuse)

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        front = self._json if self._stack.currentWidget() is self._json else self._area
        return [self._bar, *([self._left] if self._left.isVisible() else []), front, self._right]

    def command_handlers(self) -> Handlers:
        """The commands for comparing and restoring versions."""
        return {
            "studio.versions_next": Handler(lambda: self._right.list.step(1)),
            "studio.versions_previous": Handler(lambda: self._right.list.step(-1)),
            "studio.versions_restore": Handler(self.restore, self._right.why_no_restore),
            "studio.versions_leave": Handler(self.closed.emit),
        }

    def _toggle_list(self) -> None:
        self._left.setVisible(self._show_list.isChecked())
        self._left_line.setVisible(self._show_list.isChecked())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_panes()

    def _fit_panes(self) -> None:
        """Put the list behind its button where what is compared needs the width: two pages do in most windows."""
        beside = self._stack.currentWidget() is self._sides and not self._headings.isHidden()
        narrow = is_narrow(self.width()) or (beside and self.width() < theme().px("breakpoint.detail_pinned"))
        self._show_list.setVisible(narrow)
        shown = not narrow or self._show_list.isChecked()
        self._left.setVisible(shown)
        self._left_line.setVisible(shown)
        self.setFocusProxy(self._left.list if shown else self._right.list)
        self._fit_toolbar()

    def _fit_toolbar(self) -> None:
        """Show the words of the counts wherever they fit: in place of the words beside icons, if need be."""
        for shows_labels, compact in ((True, False), (False, False), (False, True)):
            self._back.show_label(shows_labels)
            self._show_list.show_label(shows_labels)
            self._counts.set_compact(compact)
            if self._bar.missing_width() <= 0:
                return

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request_answers()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._before_answers.stop()
        self._after_answers.stop()


@dataclass(frozen=True, slots=True)
class _StoredStep:
    """What was stored from the versions screen, called `title`, and can be undone and redone once it is closed."""

    context: Context
    window: QWidget
    dashboard_id: str
    title: str
    stored: Callable[[int, int, str], None] | None

    def report(self, text: str, saved: SavedDashboard, number: int, *, undone: bool = False) -> None:
        """Say what was stored, as `saved`; the version of this `number` has the content before."""

        def brought_back(back: SavedDashboard) -> None:
            if self.stored is not None:
                self.stored(saved.version, back.version, self.title)
            told = _("Redone: {step}") if undone else _("Undone: {step}")
            self.report(told.format(step=self.title), back, saved.number, undone=not undone)

        def bring_back() -> None:
            self.context.tasks.change(
                self.window,
                lambda session: version_store.restore_version(
                    session, self.context.actor, self.dashboard_id, number, base_version=saved.version
                ),
                brought_back,
            )

        self.context.problems.toast(text, bring_back)


def _restoring(number: int) -> str:
    return _("Restore version {number}").format(number=number)

"""The screen of a merge: conflicts side by side, and the changes that were merged automatically."""

from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from benchboard.dashboards.layout import MAX_ITEMS
from benchboard.dashboards.versions.three_way_merge import Key, MergeResult, Resolution, limit_error
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext
from benchboard.ui.commands import REGISTRY, Handler, Handlers, install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.studio.document.undo_line_edit import undo_direction
from benchboard.ui.studio.studio_commands import CONFLICTS
from benchboard.ui.studio.versions.diff_widgets import as_pane, head
from benchboard.ui.studio.versions.difference_text import ItemNames
from benchboard.ui.studio.versions.merge_cards import ResultCard, SideCard
from benchboard.ui.studio.versions.merge_decisions import ConflictGroup, MergeDecisions, Party, merged_text
from benchboard.ui.studio.versions.merge_lists import ConflictRow, MergeBanner, merged_row
from benchboard.ui.studio.versions.widget_thumbnails import ThumbnailAnswers
from benchboard.ui.widgets import (
    BannerPlace,
    Button,
    Elided,
    Icon,
    KeyCap,
    Paragraph,
    Text,
    hairline,
    keep_toasts_above,
    scroll_area,
)
from benchboard.ui.widgets.surfaces import set_surface

_MAX_LISTED: Final = 200
"""Most merged changes that are listed; more are only counted."""


class MergeScreen(QWidget):
    """Resolves the conflicts of a merge one after the other.

    `merged` emits the merged document, `postponed` leaves everything unchanged. `next_number` is the number of the
    resulting version.
    """

    merged = Signal(object)
    postponed = Signal()

    def __init__(
        self,
        context: Context,
        merge: MergeResult,
        mine: Party,
        theirs: Party,
        *,
        next_number: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("studio_merge")
        self.setAccessibleName(_("Conflicts"))
        set_surface(self, "canvas")
        self._merge, self._mine, self._theirs = merge, mine, theirs
        self.decisions = MergeDecisions(merge)
        self._results = [ThumbnailAnswers(context, self) for _side in range(3)]
        self._current = self.decisions.cases[0] if self.decisions.cases else None
        self._next_number = next_number
        self._cards: dict[str, SideCard] = {}
        self._rows: list[ConflictRow] = []
        self._problem: Invalid | None = None
        """Why the decisions don't give a valid dashboard; None if they do."""
        self._lay_out()
        install_shortcuts(self, CONFLICTS, self.command_handlers())
        self._show_case()

    @property
    def busy(self) -> bool:
        """Whether a query result of a tile is being loaded."""
        return any(answers.busy for answers in self._results)

    # Decisions

    def take(self, choice: Resolution, keys: list[Key] | None = None) -> None:
        """Take fields of the current group from one side: those in `keys`, or all."""
        if self._current is not None:
            self.decisions.choose(keys or [conflict.key for conflict in self._current.conflicts], choice)
            self._problem = None
            self._refresh()

    def use_result(self) -> None:
        """Resolve the current group and go to the next; after the last one the merge is complete."""
        case = self._current
        if case is None or not self.decisions.is_decided(case):
            return
        self.decisions.finish(case)
        if self.decisions.open_cases:
            self.show_next()
        else:
            document = self.decisions.result()
            self._problem = limit_error(document)
            self._refresh()
            if self._problem is None:
                self.merged.emit(document)

    def keep_both(self) -> None:
        """Keep this window's widget, and the other one as a separate widget, and go to the next group."""
        if self._current is not None and not self._why_not_both(self._current):
            self.take("both")
            self.use_result()

    def _why_not_both(self, case: ConflictGroup) -> str:
        full = _("This would exceed the limit of {limit} widgets and containers per dashboard.").format(limit=MAX_ITEMS)
        return case.why_not_both or (full if self.decisions.is_full else "")

    def show_next(self) -> None:
        """Go to the next unresolved group, from the last one to the first."""
        cases = self.decisions.cases
        if self._current is None:
            return
        at = cases.index(self._current)
        order = [*cases[at + 1 :], *cases[: at + 1]]
        self._show_conflict(next((case for case in order if not case.done), self._current))

    def _show_conflict(self, case: ConflictGroup) -> None:
        self._current = case
        self._show_case()

    def _undo(self) -> None:
        if self.decisions.undo():
            self._problem = None
            self._refresh()

    # Display

    def _show_case(self) -> None:
        case = self._current
        if case is None:
            return
        had_focus = self._sides.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        while (old := self._sides_row.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for number, (side, party) in enumerate((("mine", self._mine), ("theirs", self._theirs))):
            of = "mine" if side == "mine" else "theirs"
            card = SideCard(case, "mine" if of == "mine" else "theirs", party, self._results[number])
            card.fields_chosen.connect(lambda keys, of=of: self.take("mine" if of == "mine" else "theirs", keys))
            card.leave.connect(lambda at, key, of=of: self._move_focus(of, at, key))
            self._cards[of] = card
            self._sides_row.addWidget(card, 1)
            card.show()
        self._title.setText(case.title)
        self._before.setText(case.before)
        if had_focus:
            self._cards["mine"].focus(0)
        self._request_answers()
        self._refresh()

    def _request_answers(self) -> None:
        """Run the queries of both sides' tiles."""
        case = self._current
        if case is not None and self.isVisible():
            self._results[0].load_widget(case.item("mine"), self._merge.mine)
            self._results[1].load_widget(case.item("theirs"), self._merge.theirs)

    def _refresh(self) -> None:
        case = self._current
        if case is None:
            return
        for row in self._rows:
            row.show_state(row.case is case, row.case.done)
        for card in self._cards.values():
            card.show_choices(self.decisions.choices)
        self._result.show_result(case, self.decisions)
        self._both.disable(self._why_not_both(case))
        decided = self.decisions.is_decided(case)
        self._use.disable("" if decided else _("Choose yours or theirs for each field first."))
        self._use.show_key_cap(decided)
        self._show_problem()
        left = len([one for one in self.decisions.open_cases if one is not case])
        more = ngettext("{count} more to resolve", "{count} more to resolve", left).format(count=left)
        self._remaining.setText(more if left else _("Last conflict"))
        place = self.decisions.cases.index(case) + 1
        self._place.setText(_("{place} of {count}").format(place=place, count=len(self.decisions.cases)))

    def _show_problem(self) -> None:
        """Show above the buttons why the last decision doesn't give a valid dashboard."""
        problem = self._problem
        words = (
            (problem.what, problem.why, _("Choose differently, or resolve it later.")) if problem is not None else ()
        )
        self._problem_text.setText(" ".join(words))
        self._problem_text.setAccessibleName(self._problem_text.text())
        self._problem_bar.setVisible(problem is not None)

    def _move_focus(self, side: str, at: int, key: int) -> None:
        """Handle an arrow key in a field: go to the field above or below, or to the other side's."""
        if key == Qt.Key.Key_Left or key == Qt.Key.Key_Right:
            self._cards["mine" if key == Qt.Key.Key_Left else "theirs"].focus(at)
        else:
            self._cards[side].focus(at + (1 if key == Qt.Key.Key_Down else -1))

    # Layout

    def _lay_out(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.banner_place = BannerPlace()
        banner, lists, comparison, footer = self._banner(), self._lists(), self._comparison(), self._footer()
        self._panes = [banner, lists, comparison, footer]
        whole.addWidget(banner)
        whole.addWidget(self.banner_place)
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(lists)
        middle.addWidget(hairline(vertical=True))
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._header())
        right.addWidget(hairline())
        right.addWidget(comparison, 1)
        right.addWidget(self._make_problem_bar())
        right.addWidget(hairline())
        right.addWidget(footer)
        middle.addLayout(right, 1)
        whole.addLayout(middle, 1)

    def _banner(self) -> QWidget:
        banner = MergeBanner()
        row = QHBoxLayout(banner)
        row.setContentsMargins(16, 4, 8, 4)
        row.setSpacing(8)
        count, merged = len(self.decisions.cases), len(self._merge.merged)
        what = ngettext(
            "You and {name} edited the same widget.", "You and {name} edited the same {count} widgets.", count
        ).format(name=self._theirs.name, count=count)
        why = ngettext("{count} other edit was merged automatically.", "{count} other edits were merged automatically.",
                       merged).format(count=merged) if merged else ""  # fmt: skip
        row.addWidget(Icon("ph.git-merge", "error", 18))
        row.addWidget(Text(what, "body_strong"))
        kept = _("Nothing has been overwritten.")
        row.addWidget(Elided(f"{why} {kept}".strip(), "body", "secondary"), 1)
        banner.setAccessibleName(" ".join(filter(None, (what, why, kept))))
        row.addWidget(Button(_("Resolve later"), self.postponed.emit, kind="quiet", name="merge_later"))
        return banner

    def _lists(self) -> QWidget:
        whole = QWidget()
        column = as_pane(whole, 272)
        inside = QWidget()
        inside.setProperty("plain", True)
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 0, 12)
        rows.setSpacing(0)
        top, line = head()
        line.addWidget(Text(_("Conflicts"), "body_strong"))
        line.addStretch(1)
        self._place = Text("", "body", "muted")
        line.addWidget(self._place)
        rows.addWidget(top)
        rows.addWidget(hairline())
        for number, case in enumerate(self.decisions.cases):
            row = ConflictRow(case)
            row.setObjectName(f"merge_case_{number}")
            row.clicked.connect(lambda _on=False, case=case: self._show_conflict(case))
            self._rows.append(row)
            rows.addWidget(row)
        self._merged(rows)
        rows.addStretch(1)
        column.addWidget(scroll_area(inside), 1)
        return whole

    def _merged(self, rows: QVBoxLayout) -> None:
        merged = self._merge.merged
        if not merged:
            return
        top, line = head()
        top.setFixedHeight(52)
        line.addWidget(Text(_("Merged automatically"), "body_strong"))
        line.addStretch(1)
        line.addWidget(Text(str(len(merged)), "body", "muted"))
        rows.addWidget(top)
        rows.addWidget(hairline())
        names = ItemNames(self._merge.document, self._merge.mine, self._merge.theirs, self._merge.base)
        for one in merged[:_MAX_LISTED]:
            title = _("Dashboard") if one.difference.kind == "document" else names.title(one.difference.id)
            rows.addWidget(merged_row(title, merged_text(one, self._theirs, names.type(one.difference.id))))
        if len(merged) > _MAX_LISTED:
            more = _("and {count} more").format(count=len(merged) - _MAX_LISTED)
            rows.addWidget(merged_row(more, ""))

    def _header(self) -> QWidget:
        holder = QWidget()
        set_surface(holder, "surface")
        holder.setFixedHeight(44)
        row = QHBoxLayout(holder)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        self._title, self._before = Text("", "body_strong"), Elided("", "body", "muted")
        row.addWidget(self._title)
        row.addWidget(self._before, 1)
        for name, words in (("mine", _("yours")), ("theirs", _("theirs")), ("next", _("next"))):
            row.addWidget(KeyCap(REGISTRY[f"studio.merge_{name}"].key))
            row.addWidget(Text(words, "caption", "muted"))
        return holder

    def _comparison(self) -> QWidget:
        inside = QWidget()
        inside.setProperty("plain", True)
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        self._sides = QWidget()
        self._sides_row = QHBoxLayout(self._sides)
        self._sides_row.setContentsMargins(0, 0, 0, 0)
        self._sides_row.setSpacing(16)
        self._result = ResultCard(self._results[2], self._next_number)
        self._result.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column.addWidget(self._sides)
        column.addWidget(self._result)
        column.addStretch(1)
        area = scroll_area(inside, tab_stop=True)
        area.setAccessibleName(_("Result"))
        return area

    def _make_problem_bar(self) -> QWidget:
        self._problem_bar = MergeBanner(line_above=True)
        self._problem_bar.setObjectName("merge_refused")
        row = QHBoxLayout(self._problem_bar)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(8)
        self._problem_text = Paragraph("")
        row.addWidget(Icon("ph.warning-circle", "error", 18))
        row.addWidget(self._problem_text, 1)
        self._problem_bar.hide()
        return self._problem_bar

    def _footer(self) -> QWidget:
        holder = QWidget()
        set_surface(holder, "surface")
        holder.setFixedHeight(54)
        row = QHBoxLayout(holder)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        self._remaining = Text("", "body", "muted")
        self._both = Button(_("Keep both as separate widgets"), self.keep_both, name="merge_both")
        self._use = Button(_("Use this result"), self.use_result, kind="primary", icon="ph.check", name="merge_use")
        self._use.add_key_cap(REGISTRY["studio.merge_use"].key)
        row.addWidget(self._remaining)
        row.addStretch(1)
        row.addWidget(self._both)
        row.addWidget(self._use)
        keep_toasts_above(holder)
        return holder

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        return list(self._panes)

    def command_handlers(self) -> Handlers:
        """The commands for resolving a conflict."""
        return {
            "studio.merge_mine": Handler(lambda: self.take("mine")),
            "studio.merge_theirs": Handler(lambda: self.take("theirs")),
            "studio.merge_next": Handler(self.show_next),
            "studio.merge_use": Handler(self.use_result, lambda: self._use.reason),
            "studio.merge_leave": Handler(self.postponed.emit),
        }

    def event(self, event: QEvent) -> bool:
        # The shell has Ctrl+Z too, for its toasts: with two shortcuts for a key, Qt runs neither.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and undo_direction(event) == "undo"
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if undo_direction(event) == "undo":
            self._undo()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request_answers()
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        for answers in self._results:
            answers.stop()

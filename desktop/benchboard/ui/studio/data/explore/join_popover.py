"""The popover in which another table is joined to the question: by which columns, and which rows stay."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.join_statistics import describe_join
from benchboard.analytics.query_builder.combined import JoinFacts, calculations_before, comparable, join_kinds
from benchboard.analytics.query_builder.question import JoinKind, Question
from benchboard.analytics.table_browser import BrowsedTable
from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.studio.data.explore.join_pairs import JoinPairs, Pair
from benchboard.ui.studio.data.explore.join_text import has_no_match, join_note, joined_text, matches_text
from benchboard.ui.studio.data.explore.joined_tables import JoinableTable, as_join, joinable_tables, key_pairs
from benchboard.ui.studio.data.explore.part_popovers import PartPopover
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button, Field, Paragraph, Select, paint_meter
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.layout_items import content_at

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_WIDTH: Final = 360


def kind_words(kind: JoinKind, table: str, other: str) -> str:
    """Which rows stay, as people say it."""
    return {
        "left": _("Every row of {table} stays").format(table=table),
        "inner": _("Only rows that match stay"),
        "full": _("Every row of {table} and {other} stays").format(table=table, other=other),
    }[kind]


def _with_kinds(exploration: Exploration, before: Question, whole: Question) -> BrowsedTable | None:
    """The columns of a part of a question. What is calculated has the kinds that are known of the whole."""
    tables = exploration.joined_tables
    found, known = tables.table(before, exploration.sources), tables.table(whole, exploration.sources)
    if found is None or known is None:
        return found
    calculated = {one.name for one in before.calculations}
    columns = (known.column(one.name) or one if one.name in calculated else one for one in found.columns)
    return replace(found, columns=tuple(columns))


class _Meter(QWidget):
    """A bar of the share of rows that match."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(10)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # else what is below would move when the rows are counted
        self.setSizePolicy(policy)
        self.share = 0.0

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_meter(painter, QRectF(self.rect()), self.share, "info" if self.share >= 1 else "warn")


class JoinPopover(PartPopover):
    """A table, the columns that have to be equal, and which rows stay; below, how many rows match, and which sums that
    makes wrong."""

    def __init__(
        self,
        context: "Context",
        exploration: Exploration,
        anchor: QWidget,
        question: Question,
        *,
        place: int = -1,
        pair: int = 0,
        chosen: tuple[str, str] | None = None,
        column: str = "",
        removed: Callable[[], object] | None = None,
    ) -> None:
        """`place` is that of the join that is changed, `pair` which of its pairs of columns; without one, `chosen` is
        the source and table to begin with, and `column` the one of that table to join by. With `removed`, a button
        removes what is shown."""
        title = _("Join another table") if place < 0 else _("Join {table}").format(table=question.joins[place].table)
        super().__init__(anchor, title, "join_popover", width=_WIDTH)
        self._context, self._exploration, self._question, self._place = context, exploration, question, place
        self._pair, self._several, self._column = pair, removed is None, column
        before = replace(question, joins=question.joins[:place]) if place >= 0 else question
        own = calculations_before(question, place if place >= 0 else len(question.joins))
        self._before = replace(before, calculations=own)
        self._known = _with_kinds(exploration, self._before, question)
        self._token, self._facts = CancelToken(), dict[Question, JoinFacts]()
        self._others = self._joinable()
        self._table = Select([(str(k), one.title) for k, one in enumerate(self._others)], name="join_table")
        first = next((k for k, one in enumerate(self._others) if (one.source.id, one.table.name) == chosen), 0)
        self._table.set_current_key(str(first))
        table_field = Field(_("Table"), self._table, parent=self)
        table_field.setVisible(place < 0)
        self._pairs = JoinPairs(self, several=self._several)  # a line of the data model's canvas is one pair
        self._kind = Select([], name="join_kind")
        for field in (table_field, self._pairs, Field(_("Rows"), self._kind, parent=self)):
            self.column.addWidget(field)
        self._meter = _Meter(self)
        self._matches = Paragraph("", "caption", "secondary", parent=self)
        self._matches.setObjectName("join_matches")
        self._matches.reserve_lines(2)
        self._warning = Paragraph("", "caption", "warn", parent=self)
        self._warning.setObjectName("join_warning")
        for part in (self._meter, self._matches, self._warning):
            self.column.addWidget(part)
        apply = self._apply = self.add_apply(_("Join table") if place < 0 else _("Apply"))
        buttons = content_at(self.column, self.column.count() - 1)
        if removed is not None and isinstance(buttons, QBoxLayout):
            buttons.addWidget(Button(_("Remove join"), partial(self._remove, removed), kind="quiet", icon="ph.trash",
                                  size="sm", name="join_remove", parent=apply.parentWidget()))  # fmt: skip
        self._table.currentIndexChanged.connect(self._choose_table)
        self._pairs.changed.connect(self._measure)
        self.closed.connect(self._stop)
        self._choose_table()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_escape = event.key() == Qt.Key.Key_Escape and not event.modifiers()
        if not (is_escape and self._warns(_("Press Esc again to discard what you changed."))):
            super().keyPressEvent(event)

    def _is_typed(self) -> bool:
        """Whether the join that is shown is another one than it was as it was opened."""
        return self._place >= 0 and bool(self._pairs.pairs) and self.joined() != self._question

    def _remove(self, removed: Callable[[], object]) -> None:
        self.close()
        removed()

    def _stop(self) -> None:
        self._token.cancel()

    def _joinable(self) -> list[JoinableTable]:
        found = joinable_tables(self._before, self._exploration.sources)
        if self._place < 0:
            return found
        join = self._question.joins[self._place]
        return [
            one for one in found if (one.source_name.casefold(), one.table.name) == (join.source.casefold(), join.table)
        ]

    @property
    def _other(self) -> JoinableTable:
        return self._others[int(self._table.current_key() or 0)]

    @property
    def _our_table(self) -> BrowsedTable:
        assert self._known is not None
        return self._known

    def _choose_table(self) -> None:
        """Show the columns of the table, and look for those that match best."""
        other, kinds = self._other, join_kinds(self._question.dialect)
        words = [(kind, kind_words(kind, self._question.table, other.table.name)) for kind in kinds]
        chosen = self._kind.current_key() or "left"
        self._kind.set_choices(words)
        if self._place >= 0:
            join = self._question.joins[self._place]
            self._kind.set_current_key(join.kind)
            self._show_keys(join.keys if self._several else (join.keys[self._pair],))
            self._measure()
            return
        self._kind.set_current_key(chosen)
        likely, others = key_pairs(self._before, self._our_table, other)
        if any(theirs == self._column for _ours, theirs in (*likely, *others)):
            likely, others = ([pair for pair in pairs if pair[1] == self._column] for pairs in (likely, others))
        self._show_keys([*likely, *others][:1])
        if likely or others:
            self._find_best(likely, others)
        else:
            self._say(_("No column of {table} has the type of one of this query.").format(table=other.table.name))

    def _show_keys(self, pairs: Sequence[Pair]) -> None:
        theirs = self._other.table.columns
        ours = [one for one in self._our_table.columns if any(comparable(one.kind, other.kind) for other in theirs)]
        self._pairs.show_tables(self._question.table, self._other.table.name, self._owners())
        self._pairs.show_pairs(ours, theirs, pairs)

    def _owners(self) -> dict[str, str]:
        """The table of each column that can be joined by, if there are several tables."""
        if not self._before.joins:
            return {}
        joined = {name: join.table for join in self._before.joins for _theirs, name in join.columns}
        return {one.name: joined.get(one.name, self._question.table) for one in self._our_table.columns}

    def joined(self, pairs: Sequence[Pair] = ()) -> Question:
        """The question with the join as it is chosen, or by other columns."""
        pairs = pairs or self._pairs.pairs
        kind: JoinKind = self._kind.currentData()
        if self._place < 0:
            return as_join(self._question, self._whole(), self._other, pairs, kind)
        joins, before = list(self._question.joins), self._question.joins[self._place]
        if not self._several:
            pairs = (*before.keys[: self._pair], *pairs, *before.keys[self._pair + 1 :])
        joins[self._place] = replace(before, keys=tuple(dict.fromkeys(pairs)), kind=kind)
        return replace(self._question, joins=tuple(joins))

    def _whole(self) -> BrowsedTable:
        """All columns of the question, of which the names of new ones must differ."""
        found = self._exploration.joined_tables.table(self._question, self._exploration.sources)
        return found if found is not None else self._our_table

    def _index(self) -> int:
        return self._place if self._place >= 0 else len(self._question.joins)

    def _begin(self) -> CancelToken | None:
        """Begin to count; None where the tables are too large, or no pair of columns is complete."""
        self._token.cancel()
        self._token = CancelToken()
        if not self._pairs.pairs:
            self._say("")
            return None
        if not self._exploration.joined_tables.is_countable(self.joined(), self._exploration.sources):
            self._say(_("The rows of large tables on a server aren't counted beforehand: sums may count rows twice."))
            return None
        self._show_text(_("Counting the rows that match…"))
        return self._token

    def _find_best(self, likely: Sequence[Pair], others: Sequence[Pair]) -> None:
        token = self._begin()
        if token is None:
            return
        tables, joined = self._exploration.joined_tables, self.joined()

        def done(found: tuple[tuple[Pair, ...], JoinFacts] | None) -> None:
            if token.cancelled or token is not self._token:
                return
            if found is None:
                self._measure()
                return
            self._show_keys(found[0])
            self._show_facts(found[1])

        self._context.tasks.read(
            self,
            partial(tables.best_keys, joined, likely, others, token),
            done,
            partial(self._failed, token),
            long=True,
        )

    def _measure(self) -> None:
        """Count how many rows match by the columns chosen."""
        token = self._begin()
        if token is None:
            return
        question, place, tables = self.joined(), self._index(), self._exploration.joined_tables

        def op(session: DatabaseSession) -> JoinFacts:
            return describe_join(tables.runner(session, question, token), question, place)

        def done(found: JoinFacts) -> None:
            if not token.cancelled and token is self._token:
                self._show_facts(found)

        self._context.tasks.read(self, op, done, partial(self._failed, token), long=True)

    def _failed(self, token: CancelToken, error: AppError) -> None:
        if not token.cancelled and token is self._token:
            self._say(" ".join(part for part in (error.what, error.why, error.do) if part))

    def open(self) -> None:
        super().open()
        announce(self, self._apply.accessibleDescription())  # nothing while it is still being counted

    def _tell(self) -> None:
        """Tell a screen reader how many rows match, and what is wrong; the button says it too."""
        told = " ".join(one.text().replace("\n", " ") for one in (self._matches, self._warning) if not one.isHidden())
        self._apply.setAccessibleDescription(told)
        announce(self, told)

    def _say(self, text: str) -> None:
        self._show_text(text)
        self._tell()

    def _show_text(self, text: str) -> None:
        self._apply.setAccessibleDescription("")
        self._apply.set_kind("primary")
        self._meter.hide()
        self._matches.setText(text)
        self._warning.hide()
        self._resize()

    def _show_facts(self, facts: JoinFacts) -> None:
        question, place, tables = self.joined(), self._index(), self._exploration.joined_tables
        tables.add_facts(question, place, facts)
        table, other = self._question.table, self._other.table.name
        self._meter.share = facts.left_matched / facts.left_rows if facts.left_rows else 0.0
        self._meter.show()
        self._meter.update()
        self._matches.setText(matches_text(facts, table, other))
        note = join_note(tables.facts(question), place, table, other)
        self._warning.setText(note.text)
        self._warning.set_tone("warn" if note.is_warning else "secondary")
        self._warning.setVisible(bool(note.text))
        # Nothing suggests a join that finds no row.
        self._apply.set_kind("plain" if has_no_match(facts) else "primary")
        self._resize()
        self._tell()

    def _resize(self) -> None:
        if self.isVisible():
            self.move_into_place()

    def apply(self) -> None:
        if not self._pairs.pairs:
            text = _("Choose a column of {table}.").format(table=self._pairs.focus_missing())
            self._show_text(text)
            announce(self, text, again=True)
            return
        question, window = self.joined(), self.window()
        if question == self._question:
            self.close()
            announce(window, _("Nothing changed."), again=True)
            return
        facts = self._exploration.joined_tables.facts(question)[self._index()]
        self.close()
        self._exploration.set_question(question, mode="build")
        kept = self._kind.currentText() if self._place >= 0 else ""
        announce(window, joined_text(facts, self._other.table.name, kept))

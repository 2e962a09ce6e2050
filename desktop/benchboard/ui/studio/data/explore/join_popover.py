"""The popover in which another table is joined to the question: by which columns, and which rows stay."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.join_statistics import describe_join
from benchboard.analytics.query_builder.combined import JoinFacts, comparable, join_kinds
from benchboard.analytics.query_builder.question import JoinKind, Question
from benchboard.analytics.table_browser import BrowsedTable
from benchboard.errors import AppError
from benchboard.i18n import _, number
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.studio.data.explore.joined_tables import JoinableTable, as_join, joinable_tables, key_pairs
from benchboard.ui.studio.data.explore.part_popovers import PartPopover
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button, Field, Paragraph, Select, paint_meter

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


class _Meter(QWidget):
    """A bar of the share of rows that match."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(10)
        self.share = 0.0

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_meter(painter, QRectF(self.rect()), self.share, "info" if self.share >= 1 else "warn")


class JoinPopover(PartPopover):
    """A table, the columns that have to be equal, and which rows stay; below, how many rows match."""

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
        removed: Callable[[], object] | None = None,
    ) -> None:
        """`place` is that of the join that is changed, `pair` which of its pairs of columns; without one, `chosen` is
        the source and table to begin with. With `removed`, a button removes what is shown."""
        title = _("Join another table") if place < 0 else _("Join {table}").format(table=question.joins[place].table)
        super().__init__(anchor, title, "join_popover", width=_WIDTH)
        self._context, self._exploration, self._question, self._place = context, exploration, question, place
        self._pair = pair
        before = replace(question, joins=question.joins[:place]) if place >= 0 else question
        self._before = replace(before, calculations=())
        self._known = exploration.joined_tables.table(self._before, exploration.sources)
        self._token, self._facts = CancelToken(), dict[Question, JoinFacts]()
        self._others = self._joinable()
        self._table = Select([(str(k), one.title) for k, one in enumerate(self._others)], name="join_table")
        first = next((k for k, one in enumerate(self._others) if (one.source.id, one.table.name) == chosen), 0)
        self._table.set_current_key(str(first))
        table_field = Field(_("Table"), self._table, parent=self)
        table_field.setVisible(place < 0)
        self._ours = Select([], name="join_left")
        self._theirs = Select([], name="join_right")
        self._ours_field = Field(_("Column of this query"), self._ours, parent=self)
        self._theirs_field = Field(_("Equal to the column"), self._theirs, parent=self)
        self._kind = Select([], name="join_kind")
        for field in (table_field, self._ours_field, self._theirs_field, Field(_("Rows"), self._kind, parent=self)):
            self.column.addWidget(field)
        self._meter = _Meter(self)
        self._matches = Paragraph("", "caption", "secondary", parent=self)
        self._matches.setObjectName("join_matches")
        self._warning = Paragraph("", "caption", "warn", parent=self)
        self._warning.setObjectName("join_warning")
        for part in (self._meter, self._matches, self._warning):
            self.column.addWidget(part)
        apply = self.add_apply(_("Join table") if place < 0 else _("Apply"))
        last = self.column.itemAt(self.column.count() - 1)
        buttons = last.layout() if last is not None else None
        if removed is not None and buttons is not None:
            buttons.addWidget(Button(_("Remove join"), partial(self._remove, removed), kind="quiet", icon="ph.trash",
                                  size="sm", name="join_remove", parent=apply.parentWidget()))  # fmt: skip
        self._table.currentIndexChanged.connect(self._choose_table)
        self._ours.currentIndexChanged.connect(self._choose_ours)
        self._theirs.currentIndexChanged.connect(self._measure)
        self.closed.connect(self._stop)
        self._choose_table()

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
        pairs = key_pairs(self._before, self._our_table, other)
        usable = {left for left, _right in pairs}
        self._ours.set_choices([(one.name, one.title) for one in self._our_table.columns if one.name in usable])
        if self._place >= 0:
            join = self._question.joins[self._place]
            self._kind.set_current_key(join.kind)
            self._show_keys(join.keys[self._pair])
            self._measure()
            return
        self._kind.set_current_key(chosen)
        if not pairs:
            self._theirs.set_choices([])
            self._say(_("No column of {table} has the type of one of this query.").format(table=other.table.name))
            return
        self._show_keys(pairs[0])
        self._find_best(pairs)

    def _show_keys(self, pair: tuple[str, str]) -> None:
        self._ours.set_current_key(pair[0])
        self._show_theirs()
        self._theirs.set_current_key(pair[1])

    def _show_theirs(self) -> None:
        """The columns of the other table that can be equal to the one chosen."""
        ours = self._our_table.column(self._ours.current_key())
        kind = ours.kind if ours is not None else "text"
        columns = [one for one in self._other.table.columns if comparable(kind, one.kind)]
        self._theirs.set_choices([(one.name, one.title) for one in columns])

    def _choose_ours(self) -> None:
        before = self._theirs.current_key()
        self._show_theirs()
        self._theirs.set_current_key(before)
        self._measure()

    def joined(self, pair: tuple[str, str] | None = None) -> Question:
        """The question with the join as it is chosen, or by other columns."""
        pair = pair or (self._ours.current_key(), self._theirs.current_key())
        kind: JoinKind = self._kind.currentData()
        if self._place < 0:
            return as_join(self._question, self._whole(), self._other, pair, kind)
        joins, before = list(self._question.joins), self._question.joins[self._place]
        keys = (*before.keys[: self._pair], pair, *before.keys[self._pair + 1 :])
        joins[self._place] = replace(before, keys=tuple(dict.fromkeys(keys)), kind=kind)
        return replace(self._question, joins=tuple(joins))

    def _whole(self) -> BrowsedTable:
        """All columns of the question, of which the names of new ones must differ."""
        found = self._exploration.joined_tables.table(self._question, self._exploration.sources)
        return found if found is not None else self._our_table

    def _index(self) -> int:
        return self._place if self._place >= 0 else len(self._question.joins)

    def _begin(self) -> CancelToken | None:
        """Begin to count; None where the tables are too large."""
        self._token.cancel()
        self._token = CancelToken()
        if not self._exploration.joined_tables.is_countable(self.joined(), self._exploration.sources):
            self._say(_("The rows of large tables on a server aren't counted beforehand: sums may count rows twice."))
            return None
        self._say(_("Counting the rows that match…"))
        return self._token

    def _find_best(self, pairs: Sequence[tuple[str, str]]) -> None:
        token = self._begin()
        if token is None:
            return
        questions = [self.joined(pair) for pair in pairs]
        tables = self._exploration.joined_tables

        def done(found: tuple[int, JoinFacts] | None) -> None:
            if token.cancelled or token is not self._token:
                return
            if found is None:
                self._measure()
                return
            self._show_keys(pairs[found[0]])
            self._show_facts(found[1])

        self._context.tasks.read(
            self, partial(tables.best_keys, questions, token), done, partial(self._failed, token), long=True
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

    def _say(self, text: str) -> None:
        self._meter.hide()
        self._matches.setText(text)
        self._warning.hide()
        self._resize()

    def _show_facts(self, facts: JoinFacts) -> None:
        self._exploration.joined_tables.add_facts(self.joined(), self._index(), facts)
        table, other = self._question.table, self._other.table.name
        self._meter.share = facts.left_matched / facts.left_rows if facts.left_rows else 0.0
        self._meter.show()
        self._meter.update()
        first = _("{count} of {rows} rows of {table} find a row of {other}.").format(
            count=number(facts.left_matched), rows=number(facts.left_rows), table=table, other=other
        )
        second = _("{count} of {rows} rows of {other} are found.").format(
            count=number(facts.right_matched), rows=number(facts.right_rows), other=other
        )
        self._matches.setText(f"{first}\n{second}")
        warning = ""
        if facts.most_right > 1:
            warning = _(
                "Each row of {table} has up to {count} rows of {other}. Sums over {other} are right; a sum over {table}"
                " counts its rows more than once."
            ).format(table=table, other=other, count=number(facts.most_right))
        elif facts.most_left > 1:
            warning = _(
                "Each row of {other} belongs to up to {count} rows of {table}. Sums over {table} are right; a sum over"
                " {other} counts its rows more than once."
            ).format(table=table, other=other, count=number(facts.most_left))
        self._warning.setText(warning)
        self._warning.setVisible(bool(warning))
        self._resize()

    def _resize(self) -> None:
        if self.isVisible():
            self.move_into_place()

    def apply(self) -> None:
        if not self._theirs.current_key():
            return
        question = self.joined()
        self.close()
        self._exploration.set_question(question, mode="build")

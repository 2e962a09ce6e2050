"""The popover of a table of exchange rates: which table, which of its columns, and into which currency."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.join_statistics import describe_join
from benchboard.analytics.likely_measure import is_amount, names_currency
from benchboard.analytics.queries import Cell, run_query
from benchboard.analytics.query_builder.combined import JoinFacts
from benchboard.analytics.query_builder.question import TIMES, Question, RateLookup
from benchboard.analytics.query_builder.rate_lookup import RateColumns, with_converted, with_rates
from benchboard.analytics.query_builder.sql_words import quote_name, quote_table
from benchboard.analytics.query_types import NUMBERS
from benchboard.analytics.rate_tables import likely_per_target, rate_columns
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedTable
from benchboard.errors import AppError
from benchboard.i18n import _, in_sentence, is_currency, number
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.studio.data.explore.joined_tables import JoinableTable, joinable_tables
from benchboard.ui.studio.data.explore.part_popovers import PartPopover
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import full_date
from benchboard.ui.widgets import Button, Field, Paragraph, Select
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.layout_items import content_at

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_WIDTH: Final = 380
_LATEST: Final = 200
"""Rows of the table of rates that are read to show what they mean."""
_MOST_SHOWN: Final = 2
_MOST_DIGITS: Final = 6
_USUAL: Final = (
    "EUR",
    "USD",
    "GBP",
    "CHF",
    "TRY",
    "JPY",
    "SEK",
    "NOK",
    "DKK",
    "PLN",
    "CZK",
    "CAD",
    "AUD",
    "CNY",
    "INR",
)
_SECONDS: Final = 10.0
Rates = dict[str, tuple[Decimal, date | None]]


def rate_tables(question: Question, exploration: Exploration) -> list[JoinableTable]:
    """The tables that may have the rates of a question: those whose names say so; empty if there are none."""
    found = joinable_tables(question, exploration.sources) if question.dialect != "own" else []
    return [one for one in found if not one.table.model_id and _columns_of(one.table) is not None]


def _columns_of(table: BrowsedTable) -> RateColumns | None:
    return rate_columns(table.name, [(one.name, one.kind) for one in table.columns])


def amounts_of(table: BrowsedTable) -> list[BrowsedColumn]:
    """The columns of a table that are likely amounts in the currency of their row."""
    return [one for one in table.columns if one.rates is None and is_amount(one.name, one.kind) and not one.is_id
            and not is_currency(one.unit)]  # fmt: skip


class KnownRate(NamedTuple):
    """A rate that a question has already: its column, its target, and the column with the currency of each row."""

    rate: str
    target: str
    by: str


def known_rate(exploration: Exploration, question: Question) -> KnownRate | None:
    """The rate of a table that the question joins, or its data model; None if there is none."""
    for join in question.joins:
        if join.rates is not None:
            return KnownRate(join.columns[0][1], join.rates.target, join.keys[0][0])
    columns = exploration.table.columns if exploration.table is not None else ()
    return next((KnownRate(one.name, *one.rates) for one in columns if one.rates is not None), None)


class RatesPopover(PartPopover):
    """A table of rates with its columns, the columns of the rows that tell currency and time, and the target; below,
    what its rates mean, and how many rows have none."""

    def __init__(
        self,
        context: "Context",
        exploration: Exploration,
        anchor: QWidget,
        question: Question,
        *,
        place: int = -1,
        amount: str | None = None,
        currencies: Iterable[str] = (),
        chosen: tuple[str, str] | None = None,
        removed: Callable[[], object] | None = None,
    ) -> None:
        """`place` is that of the join that is changed. `amount` is the column whose measures are converted; None: it is
        chosen here. `currencies` are those of its rows as far as they are known, `chosen` is the source and table to
        begin with. With `removed`, a button removes the table."""
        title = _("Convert with a table of rates") if place < 0 else _("Table of exchange rates")
        super().__init__(anchor, title, "rates_popover", width=_WIDTH)
        self._context, self._exploration, self._question, self._place = context, exploration, question, place
        self._token, self._latest = CancelToken(), dict[str, tuple[Decimal, date | None]]()
        before = replace(question, joins=question.joins[:place]) if place >= 0 else question
        self._before = replace(before, calculations=()) if place >= 0 else before
        self._known = exploration.joined_tables.table(self._before, exploration.sources)
        self._tables = self._offered()
        self._amount = amount
        self._choose_fields(currencies, chosen)
        self._lay_out()
        apply = self._apply = self.add_apply(_("Convert") if place < 0 else _("Apply"))
        buttons = content_at(self.column, self.column.count() - 1)
        if removed is not None and isinstance(buttons, QBoxLayout):
            buttons.addWidget(Button(_("Remove rates"), partial(self._remove, removed), kind="quiet", icon="ph.trash",
                                     size="sm", name="rates_remove", parent=apply.parentWidget()))  # fmt: skip
        self._table.currentIndexChanged.connect(self._choose_table)
        for one in (self._currency, self._rate, self._date):
            one.currentIndexChanged.connect(self._read_rates)
        for one in (self._by, self._at, self._direction):
            one.currentIndexChanged.connect(self._measure)
        self._target.currentIndexChanged.connect(self._choose_target)
        self.closed.connect(self._stop)
        self._choose_table()

    def _stop(self) -> None:
        self._token.cancel()

    # The fields

    def _offered(self) -> list[JoinableTable]:
        if self._place >= 0:
            join = self._question.joins[self._place]
            found = joinable_tables(self._before, self._exploration.sources)
            return [one for one in found if (one.source_name.casefold(), one.table.name) ==
                    (join.source.casefold(), join.table)]  # fmt: skip
        likely = rate_tables(self._question, self._exploration)
        others = [one for one in joinable_tables(self._question, self._exploration.sources)
                  if one not in likely and not one.table.model_id and _may_have_rates(one.table)]  # fmt: skip
        return [*likely, *others]

    def _choose_fields(self, currencies: Iterable[str], chosen: tuple[str, str] | None) -> None:
        ours = self._known.columns if self._known is not None else ()
        self._table = Select([(str(k), one.title) for k, one in enumerate(self._tables)], name="rates_table")
        first = next((k for k, one in enumerate(self._tables) if (one.source.id, one.table.name) == chosen), 0)
        self._table.set_current_key(str(first))
        self._currency, self._rate, self._date = (
            Select([], name=name) for name in ("rates_currency", "rates_rate", "rates_date")
        )
        texts = [(one.name, one.title) for one in ours if one.kind == "text"]
        times = [(one.name, one.title) for one in ours if one.kind in TIMES]
        self._by, self._at = Select(texts, name="rates_by"), Select(times, name="rates_at")
        self._by.set_current_key(next((name for name, _title in texts if names_currency(name)), ""))
        codes = list(dict.fromkeys([*sorted(set(currencies) & set(_USUAL)), *sorted(currencies), *_USUAL]))
        preferred = next((one for one in _USUAL if one in set(currencies)), codes[0])
        self._target = Select([(one, one) for one in codes], name="rates_target")
        self._target.set_current_key(preferred)
        self._direction = Select([], name="rates_direction")
        amounts = amounts_of(self._known) if self._known is not None else []
        self._amounts = Select([*((one.name, one.title) for one in amounts), ("", _("None yet"))], name="rates_amount")
        self._example = Paragraph("", "caption", "secondary", parent=self)
        self._example.setObjectName("rates_example")
        self._example.reserve_lines(1)
        self._missing = Paragraph("", "caption", "secondary", parent=self)
        self._missing.setObjectName("rates_missing")
        self._missing.reserve_lines(2)

    def _lay_out(self) -> None:
        table = Field(_("Table"), self._table, parent=self)
        table.setVisible(self._place < 0)
        self._date_field = Field(_("Date of the rate"), self._date, parent=self)
        self._at_field = Field(_("Time of the row"), self._at, parent=self)
        amounts = Field(_("Amount"), self._amounts, parent=self)
        amounts.setVisible(self._amount is None and self._place < 0)
        self.column.addWidget(table)
        for pair in (
            (Field(_("Currency of the rate"), self._currency, parent=self), Field(_("Rate"), self._rate, parent=self)),
            (self._date_field, self._at_field),
            (Field(_("Currency of the row"), self._by, parent=self), amounts),
            (Field(_("Into"), self._target, parent=self), Field(_("Meaning"), self._direction, parent=self)),
        ):
            line = QHBoxLayout()
            line.setSpacing(8)
            for one in pair:
                line.addWidget(one, 1)
            self.column.addLayout(line)
        for part in (self._example, self._missing):
            self.column.addWidget(part)

    @property
    def _other(self) -> JoinableTable | None:
        key = self._table.current_key()
        return self._tables[int(key)] if key else None

    def _choose_table(self) -> None:
        """Show the columns of the table, and read what its rates are."""
        other = self._other
        if other is None:
            return
        found, columns = _columns_of(other.table), other.table.columns
        join = self._question.joins[self._place] if self._place >= 0 else None
        rates = join.rates if join is not None else None
        for field, kinds, known in (
            (self._currency, ("text",), found.currency if found is not None else ""),
            (self._rate, NUMBERS, found.rate if found is not None else ""),
            (self._date, TIMES, found.date if found is not None else ""),
        ):
            field.blockSignals(True)
            none = [("", _("No date"))] if field is self._date else []
            field.set_choices([*((one.name, one.title) for one in columns if one.kind in kinds), *none])
            field.set_current_key(known)
            field.blockSignals(False)
        if join is not None and rates is not None:
            for field, value in (
                (self._currency, join.keys[0][1]), (self._rate, rates.rate), (self._by, join.keys[0][0]),
                (self._date, rates.when[1] if rates.when is not None else ""), (self._target, rates.target),
                (self._at, rates.when[0] if rates.when is not None else self._at.current_key()),
            ):  # fmt: skip
                field.blockSignals(True)
                field.set_current_key(value)
                field.blockSignals(False)
        self._show_directions(per_target=rates is not None and rates.per_target)
        self._read_rates()

    def _show_directions(self, *, per_target: bool) -> None:
        """Offer both meanings of a rate, with a currency of the table."""
        target = self._target.current_key()
        code = next((one for one in self._latest if one != target), "") or _("currency")
        one, other = (
            _("1 {code} = rate × {target}").format(code=code, target=target),
            _("1 {target} = rate × {code}").format(code=code, target=target),
        )
        self._direction.blockSignals(True)
        self._direction.set_choices([("", one), ("target", other)])
        self._direction.set_current_key("target" if per_target else "")
        self._direction.blockSignals(False)

    def _choose_target(self) -> None:
        self._show_directions(per_target=self._likely_per_target())
        self._measure()

    def _likely_per_target(self) -> bool:
        rates = {code: float(rate) for code, (rate, _day) in self._latest.items()}
        return likely_per_target(rates, self._target.current_key())

    # What the rates are

    def _read_rates(self) -> None:
        """Read the latest rates of the table: which of both meanings they have, and what is said below."""
        other = self._other
        by_time = bool(self._date.current_key()) and self._at.count() > 0
        self._at_field.setEnabled(by_time)
        if other is None or not self._currency.current_key() or not self._rate.current_key():
            self._show_text(_("No table has a currency and a rate."))
            return
        dialect = other.source.question("").dialect
        names = [self._currency.current_key(), self._rate.current_key(), self._date.current_key()]
        columns = ", ".join(quote_name(one, dialect) for one in names if one)
        order = f" ORDER BY {quote_name(names[2], dialect)} DESC" if names[2] else ""
        text = f"SELECT {columns} FROM {quote_table(other.table.name, dialect)}{order} LIMIT {_LATEST}"  # noqa: S608  # quoted
        actor, source_id = self._context.actor, other.source.id

        def read(session: DatabaseSession) -> tuple[tuple[Cell, ...], ...]:
            return run_query(session, actor, text, limit=_LATEST, timeout=_SECONDS, source_id=source_id or None).rows

        def done(rows: tuple[tuple[Cell, ...], ...]) -> None:
            self._latest = _latest(rows)
            per_target = self._likely_per_target() if self._place < 0 else self._direction.current_key() == "target"
            self._show_directions(per_target=per_target)
            self._measure()

        self._context.tasks.read(self, read, done, lambda error: self._show_text(_error_text(error)), long=True)

    def _show_rates(self) -> None:
        target, per_target = self._target.current_key(), bool(self._direction.current_key())
        said, days = list[str](), set[date]()
        for code, (rate, day) in self._latest.items():
            if code != target and rate > 0 and len(said) < _MOST_SHOWN:
                worth = 1 / rate if per_target else rate
                said.append(f"1 {code} = {number(worth, most=_MOST_DIGITS)} {target}")
                days |= {day} if day is not None else set()
        text = in_sentence(said) if said else _("It has no rates.")
        if days and self._lookup().when is not None:
            text = _("Latest: {rates} ({day}).").format(rates=text, day=full_date(max(days)))
        self._example.setText(text)

    # The question

    def _lookup(self) -> RateLookup:
        day, at = self._date.current_key(), self._at.current_key()
        when = (at, day) if day and at else None
        return RateLookup(
            self._rate.current_key(), self._target.current_key(), when, bool(self._direction.current_key())
        )

    def joined(self) -> Question | None:
        """The question with the rates as they are chosen; None while something is missing. Raises `Invalid`."""
        other, known = self._other, self._exploration.joined_tables.table(self._question, self._exploration.sources)
        if other is None or known is None or not self._by.current_key() or not self._currency.current_key():
            return None
        columns = RateColumns(self._currency.current_key(), self._rate.current_key(), self._date.current_key())
        return with_rates(
            self._question, other.table.name, columns, self._by.current_key(), self._lookup(),
            known=[one.name for one in known.columns], source=other.source_name, place=self._place,
        )  # fmt: skip

    def _measure(self) -> None:
        """Count how many rows have a rate."""
        self._show_rates()
        self._token.cancel()
        token = self._token = CancelToken()
        question, tables = self._safe_joined(), self._exploration.joined_tables
        if question is None:
            return
        if not tables.is_countable(question, self._exploration.sources):
            self._show_missing(
                _("Rows without a rate of large tables on a server aren't counted beforehand."), "secondary"
            )
            return
        place = self._place if self._place >= 0 else len(question.joins) - 1

        def count(session: DatabaseSession) -> JoinFacts:
            return describe_join(tables.runner(session, question, token), question, place)

        def done(facts: JoinFacts) -> None:
            if token.cancelled or token is not self._token:
                return
            tables.add_facts(question, place, facts)
            missing = facts.left_rows - facts.left_matched
            text = _("{count} of {rows} rows have a rate.").format(
                count=number(facts.left_matched), rows=number(facts.left_rows)
            )
            if missing:
                text += " " + _("The others are left out, and counted below the chart's title.")
            self._show_missing(text, "warn" if missing else "secondary")

        def failed(error: AppError) -> None:
            if not token.cancelled and token is self._token:
                self._show_missing(_error_text(error), "warn")

        self._context.tasks.read(self, count, done, failed, long=True)

    def _safe_joined(self) -> Question | None:
        try:
            return self.joined()
        except AppError as error:
            self._show_missing(_error_text(error), "warn")
            return None

    def _show_text(self, text: str) -> None:
        self._example.setText(text)
        self._resize()

    def _show_missing(self, text: str, tone: str) -> None:
        self._missing.setText(text)
        self._missing.set_tone("warn" if tone == "warn" else "secondary")
        self._apply.setAccessibleDescription(f"{self._example.text()} {text}")
        announce(self, text)
        self._resize()

    def _resize(self) -> None:
        if self.isVisible():
            self.move_into_place()

    def _remove(self, removed: Callable[[], object]) -> None:
        self.close()
        removed()

    def apply(self) -> None:
        """Join the table, and convert the amount's measures."""
        question = self._safe_joined()
        if question is None:
            return
        window, target = self.window(), self._target.current_key()
        amount = self._amount if self._amount is not None else self._amounts.current_key()
        if self._place < 0 and amount:
            known = self._exploration.joined_tables.table(self._question, self._exploration.sources)
            names = [one.name for one in known.columns] if known is not None else []
            question = with_converted(question, amount, question.joins[-1].columns[0][1], names)
        self.close()
        self._exploration.set_question(question, mode="build")
        announce(window, _("Converted to {currency}").format(currency=target))


def _may_have_rates(table: BrowsedTable) -> bool:
    kinds = {one.kind for one in table.columns}
    return "text" in kinds and bool(kinds & set(NUMBERS))


def _latest(rows: Sequence[Sequence[Cell]]) -> Rates:
    """The first rate of each currency in rows of it, its rate and perhaps its time."""
    found: Rates = {}
    for code, rate, *time in rows:
        if isinstance(code, str) and isinstance(rate, int | Decimal) and not isinstance(rate, bool):
            day = time[0] if time else None
            shown = day.date() if isinstance(day, datetime) else day if isinstance(day, date) else None
            found.setdefault(code.strip().upper(), (Decimal(rate), shown))
    return found


def _error_text(error: AppError) -> str:
    return " ".join(part for part in (error.what, error.why, error.do) if part)

"""The popover in which amounts in several currencies are converted into one, by rates that the person gives."""

from decimal import Decimal
from typing import Final, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.analytics.likely_measure import is_amount, names_currency
from benchboard.analytics.query_builder.currency_conversion import (
    CurrencyConversion,
    conversions_in,
    parse_rate,
    with_conversion,
)
from benchboard.analytics.query_builder.question import Question
from benchboard.errors import Invalid
from benchboard.i18n import _, is_currency
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.studio.data.explore.part_popovers import PartPopover
from benchboard.ui.widgets import Edit, Field, Paragraph, Select

_WIDTH: Final = 300
_MOST_RATES: Final = 8
_MIXING: Final = ("sum", "avg", "min", "max", "median")


class ConvertibleAmount(NamedTuple):
    """A column of amounts, that of their currencies, and which these are."""

    amount: str
    by: str
    currencies: tuple[str, ...]

    @property
    def has_few(self) -> bool:
        """Whether a person can be asked for a rate of each currency."""
        return len(self.currencies) <= _MOST_RATES + 1


def convertible_amount(exploration: Exploration) -> ConvertibleAmount | None:
    """The amounts of the present query that are in several currencies; None if there are none."""
    question, result, columns = exploration.state.question, exploration.result, exploration.table
    if question is None or result is None or result.table is None or columns is None:
        return None
    converted = {one.name for one in question.calculations} if any(one.rates for one in question.joins) else set()
    by = next((one.name for one in columns.columns if one.kind == "text" and names_currency(one.name)), "")
    kinds, units = ({one.name: getattr(one, key) for one in columns.columns} for key in ("kind", "unit"))
    amounts = [one.column for one in question.measures if one.function in _MIXING
               and is_amount(one.column, kinds.get(one.column, "text")) and one.column not in converted
               and not is_currency(units.get(one.column, ""))]  # fmt: skip
    if not by or not amounts or conversions_in(exploration.state.text, question.dialect):
        return None
    codes = set(result.mixed.currencies) if result.mixed is not None else set()
    place = next((at for at, one in enumerate(result.table.columns) if one.name == by), None)
    if place is not None:
        codes |= {cell for row in result.table.rows if isinstance(cell := row[place], str)}
    known = tuple(sorted(filter(is_currency, codes)))
    return ConvertibleAmount(amounts[0], by, known) if len(known) > 1 else None


class ConversionPopover(PartPopover):
    """The currency to convert into, and a rate for each other one."""

    def __init__(
        self, exploration: Exploration, anchor: QWidget, question: Question, amount: ConvertibleAmount
    ) -> None:
        super().__init__(anchor, _("Convert to one currency"), "conversion_popover", width=_WIDTH)
        self._exploration, self._question, self._amount = exploration, question, amount
        self._target = Select([(code, code) for code in amount.currencies], name="conversion_target")
        self._rates: dict[str, Field] = {}
        self._list = QVBoxLayout()
        self.column.addWidget(Field(_("Currency"), self._target, parent=self))
        self.column.addLayout(self._list)
        self.column.addWidget(
            Paragraph(_("These rates hold for all rows. The chart says them."), "caption", "muted", parent=self)
        )
        self.add_apply(_("Convert"))
        self._target.currentIndexChanged.connect(self._show_rates)
        self._show_rates()

    def _show_rates(self) -> None:
        for field in self._rates.values():
            self._list.removeWidget(field)
            field.hide()
            field.deleteLater()
        target, self._rates = self._target.current_key(), {}
        for code in self._amount.currencies:
            if code != target:
                title = _("1 {currency} in {target}").format(currency=code, target=target)
                field = self._rates[code] = Field(title, Edit(name=f"conversion_rate_{code}"), parent=self)
                field.edit.returnPressed.connect(self.apply)
                self._list.addWidget(field)
                field.show()
        if self.isVisible():
            self.move_into_place()

    def apply(self) -> None:
        """Convert the amounts, or say which rate is missing."""
        rates: list[tuple[str, Decimal]] = []
        for code, field in self._rates.items():
            field.set_error("")
            try:
                rates.append((code, parse_rate(field.text(), code)))
            except Invalid as error:
                field.set_error(f"{error.what} {error.do}")
                field.edit.setFocus(Qt.FocusReason.OtherFocusReason)
                self.move_into_place()
                return
        conversion = CurrencyConversion(self._amount.amount, self._amount.by, self._target.current_key(), tuple(rates))
        table = self._exploration.table
        taken = [one.name for one in table.columns] if table is not None else []
        self.close()
        self._exploration.set_question(with_conversion(self._question, conversion, taken), mode="build")

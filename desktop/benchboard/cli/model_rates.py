"""The options of `benchboard model` for a table of exchange rates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from benchboard.analytics import model_rates
from benchboard.analytics.data_models.definition import ModelDefinition
from benchboard.analytics.sources import services
from benchboard.analytics.sources.source_models import SourceColumns
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.identity.permissions import Actor


def rates_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a table of rates, for `create` and `edit`."""
    for option in reversed((
        click.option("--rates", "rates_table", metavar="TABLE",
                     help="Table of exchange rates to join: a currency, a rate and perhaps a date."),
        click.option("--into", "rates_target", metavar="CODE", help="Currency that the rates are into, such as EUR."),
        click.option("--rates-source", metavar="NAME", help="Data source of that table, if it is another one."),
        click.option("--rates-columns", metavar="CURRENCY,RATE[,DATE]",
                     help="Its columns; default: by their names."),
        click.option("--rates-by", metavar="FIELD", help="Field with the currency of each row; default: by its name."),
        click.option("--rates-at", metavar="FIELD",
                     help="Field with the time of each row, which takes the latest rate until then; “-” for none; "
                     "default: the first one with times."),
        click.option("--per-target", is_flag=True,
                     help="A rate is how many of its currency 1 of the target is worth, as central banks write it."),
        click.option("--convert", "converted", multiple=True, metavar="FIELD",
                     help="Amount to convert into a field “FIELD_in_eur”. Repeatable."),
    )):  # fmt: skip
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class RatesOptions:
    """What was given of these options."""

    rates_table: str | None
    rates_target: str | None
    rates_source: str | None
    rates_columns: str | None
    rates_by: str | None
    rates_at: str | None
    per_target: bool
    converted: Sequence[str]

    @classmethod
    def taken_from(cls, options: dict[str, Any]) -> "RatesOptions":
        """These of the options of a command, taken out of them."""
        return cls(**{name: options.pop(name) for name in cls.__slots__})

    def apply(self, session: Any, actor: Actor, definition: ModelDefinition) -> ModelDefinition:
        """The definition with the table of rates and the converted fields. Raises `Invalid` where they don't fit."""
        if self.rates_table is not None:
            if self.rates_target is None:
                raise Invalid("rates.target", _("--rates needs --into: the currency that the rates are into."))
            source_id = ""
            if self.rates_source is not None:
                source_id = services.get_source_matching(session, actor, self.rates_source).id
            columns = [one.strip() for one in (self.rates_columns or "").split(",") if one.strip()]
            at = "" if self.rates_at == "-" else self.rates_at
            definition = model_rates.with_rate_table(
                session, actor, definition, self.rates_table, self.rates_target.upper(), source_id=source_id,
                columns=columns, by=self.rates_by or "", at=at, per_target=self.per_target,
            )  # fmt: skip
        if self.converted:
            server = SourceColumns(session, actor).server(definition.source_id)
            dialect = definition.question(server).dialect
            for name in self.converted:
                definition = model_rates.with_converted_field(definition, name, dialect)
        return definition

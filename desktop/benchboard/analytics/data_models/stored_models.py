"""Data models as the database keeps them, in the columns `tables`, `joins` and `calculated_fields` of `data_models`.

Whoever may write to the database may have written them: nothing of it is taken unchecked.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.analytics.data_models.definition import (
    AGGREGATES,
    FORMATS,
    MAX_EARLIER,
    MAX_TABLES,
    CalculatedField,
    FieldDisplay,
    ModelDefinition,
    ModelField,
    ModelJoin,
    ModelMeasure,
    ModelTable,
)
from benchboard.analytics.query_builder.question import JoinKind, RateLookup
from benchboard.analytics.query_types import ValueKind
from benchboard.errors import Invalid
from benchboard.i18n import _, is_currency
from benchboard.identity.permissions import Actor, require
from benchboard.storage.models.analytics import DataModel

_KINDS: Final[tuple[ValueKind, ...]] = get_args(ValueKind)
_JOINS: Final[tuple[JoinKind, ...]] = get_args(JoinKind)
MAX_FIELDS: Final = 1_000
_LONGEST: Final = 2_000
FARTHEST: Final = 100_000
"""How far from the middle of the canvas a card may stand, in pixels."""


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A data model with its id and who made it."""

    id: str
    name: str
    description: str
    definition: ModelDefinition
    created_by: str
    updated_at: datetime


def stored_model(row: DataModel) -> StoredModel:
    """The model of a row. Raises `Invalid` (`models.definition`) for one that can't be read."""
    try:
        definition = read_definition(row.tables, row.joins, row.calculated_fields)
    except (KeyError, TypeError, ValueError) as error:
        what = _("The data model “{name}” can't be read.").format(name=row.name)
        raise Invalid("models.definition", what, do=_("Delete it, then create it again.")) from error
    return StoredModel(row.id, row.name, row.description or "", definition, row.created_by, row.updated_at)


def models_of_source(
    session: Session, actor: Actor, source_id: str, may_have: Callable[[str], bool] = lambda _name: True
) -> tuple[StoredModel, ...]:
    """The organisation's models whose queries run on a source (empty: on Benchboard's own data), by name, of those
    whose name is one that a query `may_have`. One that can't be read is left out."""
    require(actor, "sources:read")
    is_own = DataModel.organisation_id == actor.organisation_id
    names = [one for one in session.scalars(select(DataModel.name).where(is_own)) if may_have(one)]
    if not names:
        return ()
    own = select(DataModel).where(is_own, DataModel.name.in_(names)).order_by(DataModel.name)
    found = []
    for row in session.scalars(own):
        try:
            one = stored_model(row)
        except Invalid:
            continue
        if one.definition.source_id == source_id:
            found.append(one)
    return tuple(found)


def models_by_source(session: Session, actor: Actor) -> dict[str, tuple[StoredModel, ...]]:
    """The organisation's models by the source that their queries run on, each by name. One that can't be read is left
    out."""
    require(actor, "sources:read")
    own = select(DataModel).where(DataModel.organisation_id == actor.organisation_id).order_by(DataModel.name)
    found: dict[str, tuple[StoredModel, ...]] = {}
    for row in session.scalars(own):
        with suppress(Invalid):
            one = stored_model(row)
            found[one.definition.source_id] = (*found.get(one.definition.source_id, ()), one)
    return found


def store_definition(row: DataModel, definition: ModelDefinition) -> None:
    """Put a definition into a row."""
    row.tables, row.joins, row.calculated_fields = definition_json(definition)


def definition_json(definition: ModelDefinition) -> tuple[list[Any], list[Any], list[Any]]:
    """A definition as JSON: its tables, its joins, and its calculated fields with its measures."""
    tables: list[Any] = [
        {
            "source": one.source_id,
            "table": one.table,
            "fields": [
                {"column": field.column, "name": field.name, "kind": field.kind, **_display_json(field.display)}
                for field in one.fields
            ],
            **({"place": list(one.place)} if one.place is not None else {}),
        }
        for one in definition.tables
    ]
    joins: list[Any] = [
        {"kind": one.kind, "keys": [list(pair) for pair in one.keys], **_rates_json(one.rates)}
        for one in definition.joins
    ]
    calculated: list[Any] = [
        *(
            {"name": one.name, "expression": one.expression, "kind": one.kind, **_display_json(one.display)}
            for one in definition.calculations
        ),
        *(
            {
                "name": one.name, "aggregate": one.aggregate, "expression": one.expression, "kind": one.kind,
                **_display_json(one.display), **_limits_json(one),
                **({"earlier": list(one.earlier)} if one.earlier else {}),
            }
            for one in definition.measures
        ),
    ]  # fmt: skip
    return tables, joins, calculated


def _limits_json(measure: ModelMeasure) -> dict[str, Any]:
    """Which rows a measure is of, if not of all."""
    condition = {"condition": measure.condition} if measure.condition else {}
    return condition | ({"once": list(measure.once)} if measure.once else {})


def _rates_json(rates: RateLookup | None) -> dict[str, Any]:
    if rates is None:
        return {}
    found: dict[str, Any] = {"rate": rates.rate, "target": rates.target, "per_target": rates.per_target}
    if rates.when is not None:
        found["when"] = list(rates.when)
    return {"rates": found}


def _display_json(display: FieldDisplay) -> dict[str, Any]:
    found: dict[str, Any] = {
        "title": display.title, "unit": display.unit, "format": display.format, "description": display.description,
        "hidden": display.hidden,
    }  # fmt: skip
    return {key: value for key, value in found.items() if value}


def read_definition(tables: object, joins: object, calculated: object) -> ModelDefinition:
    """The definition that was written as JSON. Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
    listed = [_table(one) for one in _list(tables, MAX_TABLES)]
    joined = [_join(one) for one in _list(joins, MAX_TABLES)]
    if not listed or len(joined) != len(listed) - 1:
        raise ValueError("tables and joins")
    entries = [_mapping(one) for one in _list(calculated, MAX_FIELDS)]
    calculations = tuple(
        CalculatedField(_text(one, "name"), _text(one, "expression"), _kind(one), _display(one))
        for one in entries
        if "aggregate" not in one
    )
    measures = tuple(_measure(one) for one in entries if "aggregate" in one)
    found = ModelDefinition(tuple(listed), tuple(joined), calculations, measures)
    names = [one.casefold() for one in found.names()]
    if not all(names) or len(set(names)) != len(names):
        raise ValueError("names")
    return found


def _table(value: object) -> ModelTable:
    entry = _mapping(value)
    fields = [_mapping(one) for one in _list(entry["fields"], MAX_FIELDS)]
    return ModelTable(
        _text(entry, "source"),
        _text(entry, "table"),
        tuple(ModelField(_text(one, "column"), _text(one, "name"), _kind(one), _display(one)) for one in fields),
        _place(entry["place"]) if "place" in entry else None,
    )


def _place(value: object) -> tuple[int, int]:
    x, y = _list(value, 2)
    if not all(type(one) is int and abs(one) <= FARTHEST for one in (x, y)):
        raise ValueError("place")
    return x, y


def _join(value: object) -> ModelJoin:
    entry = _mapping(value)
    keys = tuple((str(left), str(right)) for left, right in _list(entry["keys"], 10))
    kind = next(one for one in _JOINS if one == entry["kind"]) if entry["kind"] in _JOINS else None
    if kind is None or not keys:
        raise ValueError("join")
    rates = _rates(_mapping(entry["rates"])) if "rates" in entry else None
    if rates is not None and (kind != "left" or len(keys) != 1):
        raise ValueError("rates")
    return ModelJoin(keys, kind, rates)


def _rates(entry: Mapping[str, Any]) -> RateLookup:
    target = _text(entry, "target")
    if not is_currency(target):
        raise ValueError("target")
    when = None
    if "when" in entry:
        ours, theirs = _list(entry["when"], 2)
        when = str(ours), str(theirs)
    return RateLookup(_text(entry, "rate"), target, when, entry.get("per_target") is True)


def _measure(entry: Mapping[str, Any]) -> ModelMeasure:
    aggregate = entry["aggregate"]
    if aggregate not in AGGREGATES:
        raise ValueError("aggregate")
    once = tuple(map(str, _list(entry["once"], 10))) if "once" in entry else ()
    condition = _text(entry, "condition") if "condition" in entry else ""
    earlier = tuple(map(str, _list(entry["earlier"], MAX_EARLIER))) if "earlier" in entry else ()
    return ModelMeasure(
        _text(entry, "name"), aggregate, _text(entry, "expression"), _kind(entry), _display(entry), condition, once,
        earlier,
    )  # fmt: skip


def _display(entry: Mapping[str, Any]) -> FieldDisplay:
    found = {key: _text(entry, key) if key in entry else "" for key in ("title", "unit", "description")}
    format_ = entry.get("format", "")
    if format_ not in FORMATS:
        raise ValueError("format")
    return FieldDisplay(**found, format=format_, hidden=entry.get("hidden") is True)


def _kind(entry: Mapping[str, Any]) -> ValueKind:
    return next((one for one in _KINDS if one == entry.get("kind")), "text")


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry[key]
    if not isinstance(value, str) or len(value) > _LONGEST or "\0" in value:
        raise TypeError(key)
    return value


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def _list(value: object, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise TypeError("not a list")
    return value

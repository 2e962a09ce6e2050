"""The services over data models: list, create, change, check and delete them, and say what uses them."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.analytics.data_models.definition import (
    MAX_EARLIER,
    FieldDisplay,
    ModelDefinition,
    ModelField,
    ModelTable,
)
from benchboard.analytics.data_models.measures import has_plain_name, name_rule
from benchboard.analytics.data_models.model_sql import model_sql
from benchboard.analytics.data_models.problems import ModelProblem
from benchboard.analytics.data_models.stored_models import StoredModel, store_definition, stored_model
from benchboard.analytics.queries import ResultTable, check_source_query, run_query
from benchboard.analytics.query_builder.question import functions_for
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.relations import RELATIONS
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import column_format
from benchboard.analytics.sources.lineage import LineageUse, model_field_uses
from benchboard.analytics.sources.source_models import SourceColumns, model_problems
from benchboard.errors import Conflict, Invalid, NotFound
from benchboard.i18n import _, ngettext
from benchboard.identity import audit
from benchboard.identity.permissions import Actor, require
from benchboard.paging import Listing, Page
from benchboard.storage import search_text
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.analytics import DataModel
from benchboard.storage.models.base import is_id, new_id
from benchboard.storage.short_ids import find_id

MAX_NAME: Final = 63
"""Bytes of a name: PostgreSQL cuts longer ones."""
PREVIEW_ROWS: Final = 20
MAX_TITLE: Final = 100
MAX_DESCRIPTION: Final = 1_000
_FORBIDDEN: Final = '."`'
_SORTING: Final = Sorting({"name": DataModel.name, "updated_at": DataModel.updated_at}, DataModel.id, default="name")


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """A data model. `problems` is what keeps it from being read; `source` the name of the source that it is over, empty
    for Benchboard's own data."""

    id: str
    name: str
    description: str
    source: str
    definition: ModelDefinition | None
    problems: tuple[ModelProblem, ...]
    updated_at: datetime


def list_models(
    session: Session, actor: Actor, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[ModelSummary]:
    """The organisation's data models. The search looks in the name."""
    require(actor, "sources:read")
    listing.require_filters((), "models.filter", _("Data models can't be filtered by “{column}”."))
    query = select(DataModel).where(DataModel.organisation_id == actor.organisation_id)
    if text := listing.search.strip():
        query = query.where(search_text.contains(DataModel.name, text))
    columns = SourceColumns(session, actor)
    return page(
        session, query, _SORTING, listing, after=after, limit=limit,
        row=lambda row: _summary(session, actor, row[0], columns),
    )  # fmt: skip


def get_model(session: Session, actor: Actor, model_id: str) -> ModelSummary:
    """A data model by its id. Raises `NotFound`."""
    require(actor, "sources:read")
    return _summary(session, actor, _row(session, actor, model_id), SourceColumns(session, actor))


def get_model_matching(session: Session, actor: Actor, text: str) -> ModelSummary:
    """The data model with this name, ID or beginning of an ID. Raises `NotFound`."""
    require(actor, "sources:read")
    own = select(DataModel).where(DataModel.organisation_id == actor.organisation_id)
    names = {name.casefold(): name for name in session.scalars(own.with_only_columns(DataModel.name))}
    row = session.scalars(own.where(DataModel.name == names.get(text.casefold(), text))).first()
    if row is None:
        with suppress(ValueError):
            if found := find_id(session, own, DataModel.id, text):
                row = session.get(DataModel, found)
    if row is None:
        what = _("There's no data model named “{name}”.").format(name=text[:60])
        near = get_close_matches(text[:60].casefold(), names, n=1)
        meant = [_("Did you mean “{name}”?").format(name=names[near[0]])] if near else []
        do = " ".join([*meant, _("Choose one listed by “benchboard model list”.")])
        raise NotFound("models.unknown", what, do=do)
    return _summary(session, actor, row, SourceColumns(session, actor))


def table_definition(session: Session, actor: Actor, source_id: str, table: str) -> ModelDefinition:
    """A definition to begin with: all columns of a table, with the titles and units that its source gives them. Raises
    `NotFound` for a table that doesn't exist."""
    require(actor, "sources:read")
    return ModelDefinition((model_table(session, actor, source_id, table, ()),))


def model_table(
    session: Session, actor: Actor, source_id: str, table: str, outputs: Sequence[tuple[str, str]]
) -> ModelTable:
    """A table of a model with all its columns; `outputs` are pairs of a column and the name that it has in the model,
    where that isn't its own."""
    require(actor, "sources:read")
    kinds = SourceColumns(session, actor).kinds(source_id, table)
    if kinds is None:
        what = _("There's no table “{name}”.").format(name=table[:80])
        raise NotFound("sources.no-table", what, do=_("Choose another one."))
    displays = _displays(session, actor, source_id, table)
    names = dict(outputs)
    fields = tuple(
        ModelField(column, names.get(column, column), kind, displays.get(column, FieldDisplay()))
        for column, kind in kinds.items()
        if not outputs or column in names
    )
    return ModelTable(source_id, table, fields)


def _displays(session: Session, actor: Actor, source_id: str, table: str) -> dict[str, FieldDisplay]:
    if not source_id or services.get_source(session, actor, source_id).server:
        return {}
    found = next(one for one in services.source_tables(session, actor, source_id) if one.name == table)
    return {one.name: FieldDisplay(one.title, one.unit, column_format(one)) for one in found.columns}


def create_model(
    session: Session,
    actor: Actor,
    *,
    name: str,
    description: str = "",
    definition: ModelDefinition,
    model_id: str = "",
) -> ModelSummary:
    """Create a data model. `model_id` is that of one that was deleted and is put back.

    Raises `Invalid` for a name or a definition that can't be used, `Conflict` (`models.taken`) for a name in use.
    """
    require(actor, "sources:write")
    name = checked_name(name)
    _require_free(session, actor, name, definition)
    row = DataModel(id=model_id or new_id(), organisation_id=actor.organisation_id, created_by=actor.user_id,
                    name=name, description=checked_description(description) or None)  # fmt: skip
    before = definition if model_id else None  # what is put back may be older than the rule of names
    store_definition(row, checked_definition(session, actor, definition, before))
    session.add(row)
    session.flush()
    audit.record(session, actor, "model.create", row.id, name=name)
    return _summary(session, actor, row, SourceColumns(session, actor))


def update_model(
    session: Session,
    actor: Actor,
    model_id: str,
    *,
    seen: datetime,
    name: str | None = None,
    description: str | None = None,
    definition: ModelDefinition | None = None,
) -> ModelSummary:
    """Change a data model that was last `seen` as of this time. Raises what `create_model` raises, `NotFound`, and
    `Conflict` (`models.changed`) if someone else changed it since."""
    require(actor, "sources:write")
    row = _row(session, actor, model_id, lock=True)
    if row.updated_at != seen:
        what = _("“{name}” was changed while you were editing.").format(name=row.name)
        raise Conflict("models.changed", what, do=_("Discard your changes to see theirs."))
    before = stored_model(row)
    kept = definition or before.definition
    if name is not None:
        name = checked_name(name)
        _require_free(session, actor, name, kept, row.id)
        row.name = name
    if description is not None:
        row.description = checked_description(description) or None
    if definition is not None:
        store_definition(row, checked_definition(session, actor, definition, before.definition))
    session.flush()
    details: dict[str, object] = {"name": row.name}
    if before.name != row.name:
        details["renamed"] = before.name
    audit.record(session, actor, "model.update", row.id, **details)
    return _summary(session, actor, row, SourceColumns(session, actor))


def delete_model(session: Session, actor: Actor, model_id: str, *, even_if_used: bool = False) -> StoredModel | None:
    """Delete a data model, and return it as it was; None if it couldn't be read.

    Raises `NotFound`, and `Conflict` (`models.used`, with the fact `dashboards`, their names) if widgets query it,
    unless `even_if_used`: they then say that it is gone.
    """
    require(actor, "sources:write")
    row = _row(session, actor, model_id, lock=True)
    stored = None
    with suppress(Invalid):
        stored = stored_model(row)
    used = sorted({use.dashboard or use.name for use in model_uses(session, actor, model_id)} if stored else ())
    if used and not even_if_used:
        what = ngettext("{count} dashboard uses “{name}”.", "{count} dashboards use “{name}”.", len(used))
        raise Conflict(
            "models.used",
            what.format(name=row.name, count=len(used)),
            why=_("Used by: {names}.").format(names=", ".join(used[:5])),
            do=_("Change their widgets first, or delete it anyway."),
            dashboards=tuple(used),
        )
    session.delete(row)
    audit.record(session, actor, "model.delete", row.id, name=row.name)
    session.flush()
    return stored


def model_uses(session: Session, actor: Actor, model_id: str, fields: Sequence[str] = ()) -> tuple[LineageUse, ...]:
    """What reads a model; with `fields`, one of these, also through the calculated fields and measures over it. Raises
    `NotFound`, and `Invalid` for a model that can't be read."""
    require(actor, "sources:read")
    return model_field_uses(session, actor, stored_model(_row(session, actor, model_id)), fields)


def breaking_uses(uses: Iterable[LineageUse]) -> tuple[LineageUse, ...]:
    """Those that are no fields of the model itself."""
    return tuple(one for one in uses if one.kind != "field")


def check_model(session: Session, actor: Actor, model_id: str) -> ModelSummary:
    """Check a model against its sources as they are now, and let its source check its query. The `problems` of what is
    returned have what was found."""
    found = get_model(session, actor, model_id)
    if found.problems or found.definition is None:
        return found
    try:
        _check_sql(session, actor, found.definition)
    except Invalid as error:
        text = " ".join(part for part in (error.what, error.why) if part)
        return replace(found, problems=(ModelProblem(text),))
    return found


def preview(session: Session, actor: Actor, definition: ModelDefinition, *, limit: int = PREVIEW_ROWS) -> ResultTable:
    """The first rows of a model, which may not be stored yet, without its hidden fields and measures. Raises what
    `run_query` raises."""
    require(actor, "sources:read")
    text = f"{_sql(session, actor, definition, query='')}\nLIMIT {limit}"
    return run_query(session, actor, text, limit=limit, source_id=definition.source_id or None)


def checked_definition(
    session: Session, actor: Actor, definition: ModelDefinition, before: ModelDefinition | None = None
) -> ModelDefinition:
    """A definition as it may be stored: the kinds of its calculated fields and measures are those that its source
    says. `before` is what is stored now, whose measures keep their names. Raises `Invalid` (`models.…`) for one that
    can't be used."""
    require(actor, "sources:write")
    _require_names(definition)
    _require_measure_names(definition, before)
    if problems := model_problems(session, actor, definition):
        raise Invalid("models.problem", problems[0].sentence, field=next(iter(problems[0].fields), ""))
    if not definition.expressions():
        return definition
    try:
        kinds = _check_sql(session, actor, definition)
    except Invalid as error:
        raise _named_fault(session, actor, definition, error) from error
    found = replace(
        definition,
        calculations=tuple(replace(one, kind=kinds.get(one.name, one.kind)) for one in definition.calculations),
        measures=tuple(
            replace(one, kind="decimal" if one.aggregate == "formula" else kinds.get(one.name, one.kind))
            for one in definition.measures
        ),
    )
    dialect = definition.question(SourceColumns(session, actor).server(definition.source_id)).dialect
    for one in found.measures:
        if one.aggregate not in ("count", "formula", *functions_for(one.kind, dialect)):
            what = _("“{name}” can't be calculated: its expression has no values of a type for that.")
            raise Invalid("models.aggregate", what.format(name=one.name), field=one.name)
    return found


def _named_fault(session: Session, actor: Actor, definition: ModelDefinition, error: Invalid) -> Invalid:
    """What the source refused, said of the first calculated field or measure with which it does; as it is where the
    model is refused without them."""
    alone = replace(definition, calculations=(), measures=())
    parts = [replace(alone, calculations=definition.calculations[:k]) for k in range(len(definition.calculations) + 1)]
    parts += [replace(parts[-1], measures=(one,)) for one in definition.measures if one.aggregate != "formula"]
    for part in parts:
        try:
            _check_sql(session, actor, part)
        except Invalid as fault:
            if not part.expressions():
                return error
            name = part.expressions()[-1].name
            what = _("“{name}”: {problem}").format(name=name, problem=fault.what)
            return Invalid(fault.code, what, why=fault.why, do=fault.do, **{**fault.facts, "field": name})
    return error


def _check_sql(session: Session, actor: Actor, definition: ModelDefinition) -> dict[str, ValueKind]:
    text = _sql(session, actor, definition)
    columns = check_source_query(session, actor, text, definition.source_id)
    return {one.name: one.kind for one in columns}


def _sql(session: Session, actor: Actor, definition: ModelDefinition, query: str | None = None) -> str:
    columns = SourceColumns(session, actor)
    names = {one.source_id: columns.name(one.source_id) for one in definition.tables}
    return model_sql(definition, columns.server(definition.source_id), names, query=query)


def _require_names(definition: ModelDefinition) -> None:
    names = [one.casefold() for one in definition.names()]
    if not names:
        raise Invalid("models.empty", _("A data model needs at least one field."))
    twice = next((one for one in definition.names() if names.count(one.casefold()) > 1), None)
    if twice is not None:
        raise Invalid("models.twice", _("Two fields are named “{name}”.").format(name=twice), field=twice)
    for one in definition.fields():
        display = one.display
        if not one.name or len(one.name.encode()) > MAX_NAME or not one.name.isprintable():
            what = _("A field's name needs 1 to {limit} visible characters.").format(limit=MAX_NAME)
            raise Invalid("models.field", what, field=one.name)
        if max(len(display.title), len(display.unit)) > MAX_TITLE or len(display.description) > MAX_DESCRIPTION:
            what = _("The title, unit or description of “{name}” is too long.").format(name=one.name)
            raise Invalid("models.field", what, field=one.name)


def _require_measure_names(definition: ModelDefinition, before: ModelDefinition | None) -> None:
    """Refuse names that formulas can't have without quotes, unless they are older than that rule, and those by which
    queries could mean another measure."""
    known = {name for one in before.measures for name in (one.name, *one.earlier)} if before is not None else set()
    taken = {one.casefold(): one for one in definition.names()}
    for one in definition.measures:
        if len(one.earlier) > MAX_EARLIER:
            what = _("A measure can have up to {limit} earlier names.").format(limit=MAX_EARLIER)
            raise Invalid("models.measure-name", what, field=one.name)
        for name in (one.name, *one.earlier):
            if name not in known and not has_plain_name(name):
                what = _("A measure can't be named “{name}”.").format(name=name)
                raise Invalid("models.measure-name", what, do=name_rule(), field=one.name)
        for name in one.earlier:
            if name.casefold() in taken:
                what = _("Queries may still use the name “{name}” for “{measure}”.")
                do = _("Choose another name, or remove the earlier one.")
                raise Invalid("models.earlier", what.format(name=name, measure=one.name), do=do, field=one.name)
            taken[name.casefold()] = one.name


def checked_name(name: str) -> str:
    """A data model's name, as it is stored. Raises `Invalid` (`models.name`) for one that can't be used."""
    name = " ".join(name.split())
    usable = name.isprintable() and not set(name) & set(_FORBIDDEN) and not name.startswith("_bb_")
    if not name or len(name.encode()) > MAX_NAME or not usable:
        what = _("A data model's name needs 1 to {limit} visible characters, without dots and quotes.")
        raise Invalid("models.name", what.format(limit=MAX_NAME), field="name")
    return name


def checked_description(text: str) -> str:
    """A description, as it is stored. Raises `Invalid` (`models.description`) for one that is too long."""
    text = text.strip()
    if len(text) > MAX_DESCRIPTION or "\0" in text:
        what = _("A description can have up to {limit} characters.").format(limit=MAX_DESCRIPTION)
        raise Invalid("models.description", what, field="description")
    return text


def _require_free(session: Session, actor: Actor, name: str, definition: ModelDefinition, model_id: str = "") -> None:
    """Raise `Conflict` (`models.taken`) if another model, or a table of the source, has this name: queries couldn't
    tell them apart."""
    own = select(DataModel.id, DataModel.name).where(DataModel.organisation_id == actor.organisation_id)
    if any(known != model_id and taken.casefold() == name.casefold() for known, taken in session.execute(own)):
        what = _("A data model named “{name}” already exists.").format(name=name)
        raise Conflict("models.taken", what, do=_("Choose another name."), field="name")
    source_id = definition.source_id
    tables = [one.name for one in services.source_tables(session, actor, source_id)] if source_id else list(RELATIONS)
    if name.casefold() in {one.casefold() for one in tables}:
        what = _("The data source has a table named “{name}”.").format(name=name)
        raise Conflict("models.taken", what, do=_("Choose another name."), field="name")


def _row(session: Session, actor: Actor, model_id: str, *, lock: bool = False) -> DataModel:
    own = DataModel.organisation_id == actor.organisation_id
    query = select(DataModel).where(own, DataModel.id == model_id)
    row = session.scalars(query.with_for_update() if lock else query).first() if is_id(model_id) else None
    if row is None:
        what, do = _("This data model no longer exists."), _("Choose another one.")
        raise NotFound("models.unknown", what, do=do, model=model_id)
    return row


def _summary(session: Session, actor: Actor, row: DataModel, columns: SourceColumns) -> ModelSummary:
    try:
        stored = stored_model(row)
    except Invalid as error:
        problem = ModelProblem(error.what)
        return ModelSummary(row.id, row.name, row.description or "", "", None, (problem,), row.updated_at)
    problems = model_problems(session, actor, stored.definition, columns, name=row.name)
    source = columns.name(stored.definition.source_id) if stored.definition.source_id else ""
    return ModelSummary(row.id, row.name, stored.description, source, stored.definition, problems, row.updated_at)

"""`benchboard model …`: the data models of an organisation."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from operator import itemgetter
from typing import Any, Final

import click

from benchboard.analytics import model_services
from benchboard.analytics.data_models.definition import (
    AGGREGATES,
    FORMATS,
    CalculatedField,
    Field,
    FieldDisplay,
    ModelDefinition,
    ModelJoin,
    ModelMeasure,
    ModelTable,
    field_title,
)
from benchboard.analytics.data_models.measures import renamed_measure
from benchboard.analytics.files.kind_titles import kind_title
from benchboard.analytics.model_rates import rates_sentence
from benchboard.analytics.model_services import ModelSummary
from benchboard.analytics.query_builder.question import free_name
from benchboard.analytics.sources import services
from benchboard.analytics.sources.lineage import LineageUse
from benchboard.cli.command_context import CommandContext, paging_options, with_context, write_json
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.lineage_output import write_uses
from benchboard.cli.model_rates import RatesOptions, rates_options
from benchboard.cli.options import CliGroup, NamedValue
from benchboard.cli.table import print_pairs, show_table
from benchboard.errors import Conflict, Invalid
from benchboard.i18n import _, ngettext, pgettext
from benchboard.identity.permissions import Actor
from benchboard.paging import Listing

_MEASURE: Final = re.compile(
    rf"({'|'.join(AGGREGATES)})\s*\((.*?)\)(?:\s+once\s+by\s+(.+?))?(?:\s+where\s+(.+))?", re.DOTALL | re.IGNORECASE
)
_Pairs = Sequence[tuple[str, str]]
_FORMATS: Final = tuple(one for one in FORMATS if one)
_MODEL: Final[dict[str, Callable[[Any], object]]] = {
    "id": lambda row: row.id,
    "name": lambda row: row.name,
    "source": lambda row: row.source,
    "tables": lambda row: [one.table for one in row.definition.tables] if row.definition else [],
    "rates": lambda row: _rates(row.definition) if row.definition else [],
    "fields": lambda row: len(row.definition.names()) if row.definition else 0,
    "problems": lambda row: [one.sentence for one in row.problems],
    "description": lambda row: row.description,
    "updated_at": lambda row: row.updated_at,
}
_MODEL_TEXT: Final = _MODEL | {
    "source": lambda row: row.source or _("Benchboard"),
    "tables": lambda row: ", ".join(one.table for one in row.definition.tables) if row.definition else "",
    "rates": lambda row: " ".join(_rates(row.definition)) if row.definition else "",
    "problems": lambda row: " ".join(one.sentence for one in row.problems),
}


def _rates(definition: ModelDefinition) -> list[str]:
    """What its tables of exchange rates do, as sentences."""
    places = [at for at, one in enumerate(definition.joins) if one.rates is not None]
    return [rates_sentence(definition, at) for at in places]


@click.group(cls=CliGroup)
def model() -> None:
    """Manage data models: joined tables with names, units, formats and measures that people read.

    Queries and widgets name a model as they name a table of its data source. A model is given by its name, or by its ID
    from “benchboard model list”.
    """


@model.command("list")
@click.option("--search", default="", help="Part of a name.")
@paging_options
@with_context
def list_models(context: CommandContext, search: str, limit: int, after: str | None) -> None:
    """List your organisation's data models."""
    with context.database.read() as session:
        page = model_services.list_models(session, context.actor, Listing(search), after=after, limit=limit)
    context.list_page(
        page,
        _MODEL if context.as_json else _MODEL_TEXT,
        shown=("id", "name", "source", "tables", "fields", "problems"),
        empty=empty_text(
            pgettext("no match", "data models"),
            _("No data models yet. Run “benchboard model create NAME”."),
            "model list",
            search=search,
        ),
    )


@model.command("show")
@click.argument("which", metavar="MODEL")
@with_context
def show(context: CommandContext, which: str) -> None:
    """Show a data model and its fields."""
    with context.database.read() as session:
        found = model_services.get_model_matching(session, context.actor, which)
        uses = model_services.model_uses(session, context.actor, found.id) if found.definition else ()
    _show(context, found, uses)


def _edit_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that describe fields, for `create` and `edit`."""
    for option in reversed((
        click.option("--title", "titles", multiple=True, type=NamedValue("FIELD=TEXT"),
                     help="What people read for a field. Repeatable."),
        click.option("--unit", "units", multiple=True, type=NamedValue("FIELD=TEXT"),
                     help="Unit of a field; of money its currency, such as EUR. Repeatable."),
        click.option("--format", "formats", multiple=True, type=NamedValue("FIELD=FORMAT", _FORMATS),
                     help=f"Format of a field: {', '.join(_FORMATS)}. Repeatable."),
        click.option("--describe", "descriptions", multiple=True, type=NamedValue("FIELD=TEXT"),
                     help="Description of a field. Repeatable."),
        click.option("--hide", "hidden", multiple=True, metavar="FIELD",
                     help="Offer a field nowhere; queries can still name it. Repeatable."),
        click.option("--show", "shown", multiple=True, metavar="FIELD", help="Offer a hidden field again. Repeatable."),
        click.option("--calculate", "calculations", multiple=True, type=NamedValue("NAME=SQL"),
                     help="Field that is calculated for each row, such as “fare=km * 2”. Repeatable."),
        click.option("--measure", "measures", multiple=True, type=NamedValue("NAME=SQL"),
                     help="Measure, such as “revenue=sum(fare)” or “rides=count()”. Repeatable."),
        click.option("--description", help="What the model is for."),
    )):  # fmt: skip
        command = option(command)
    return command


@model.command("create")
@click.argument("name")
@click.option("--source", "source_name", help="Data source; default: Benchboard's own data.")
@click.option("--table", "table", help="Table to begin with; default: the first one of the data source.")
@click.option("--join", "joins", multiple=True, type=NamedValue("FIELD=TABLE.COLUMN"),
              help="Join a table where a field equals its column, like “city_id=cities.id”. Repeatable.")  # fmt: skip
@rates_options
@_edit_options
@with_context
def create(
    context: CommandContext, /, name: str, source_name: str | None, table: str | None, joins: _Pairs,
    description: str | None, **edits: Any,
) -> None:  # fmt: skip
    """Create a data model over the tables of a data source.

    \b
    Example:
      benchboard model create "Trips by city" --source Trips --table trips --join city_id=cities.id --measure "km=sum(distance_km)"
    """  # noqa: E501  # an example is one line
    with context.database.change() as session:
        source_id = ""
        tables: Sequence[str] = ("orders",)
        if source_name is not None:
            found = services.get_source_matching(session, context.actor, source_name)
            source_id, tables = found.id, found.tables
        first = table or next(iter(tables), "")
        definition = model_services.table_definition(session, context.actor, source_id, first)
        for field, key in joins:
            definition = _joined(session, context.actor, definition, field, key)
        definition = RatesOptions.taken_from(edits).apply(session, context.actor, definition)
        definition = _edited(definition, **edits)
        created = model_services.create_model(
            session, context.actor, name=name, description=description or "", definition=definition
        )
    count = len(created.definition.names()) if created.definition else 0
    sentence = ngettext("Created “{name}” with {count} field.", "Created “{name}” with {count} fields.", count)
    context.report(sentence.format(name=created.name, count=count), id=created.id, name=created.name, fields=count)


@model.command("edit")
@click.argument("which", metavar="MODEL")
@click.option("--remove", "removed", multiple=True, metavar="NAME",
              help="Calculated field, measure or exchange rate to remove. Repeatable.")  # fmt: skip
@click.option("--rename-measure", "renamed", multiple=True, type=NamedValue("NAME=NEW"),
              help="Give a measure another name; queries that use the one before still work. Repeatable.")  # fmt: skip
@rates_options
@_edit_options
@with_context
def edit(
    context: CommandContext, /, which: str, removed: tuple[str, ...], renamed: _Pairs, description: str | None,
    **edits: Any,
) -> None:  # fmt: skip
    """Change the fields and measures of a data model.

    Options are applied in this order: renamed measures, what is removed, exchange rates, all others.
    """
    with context.database.change() as session:
        found = model_services.get_model_matching(session, context.actor, which)
        if found.definition is None:
            raise Invalid("models.definition", found.problems[0].sentence)
        definition = _without(_renamed(found.definition, renamed), removed)
        definition = RatesOptions.taken_from(edits).apply(session, context.actor, definition)
        definition = _edited(definition, **edits)
        model_services.update_model(
            session, context.actor, found.id, seen=found.updated_at, description=description, definition=definition
        )
    context.report(_("Changed “{name}”.").format(name=found.name), id=found.id, name=found.name)


@model.command("rename")
@click.argument("which", metavar="MODEL")
@click.argument("name")
@click.option("--force", is_flag=True, help="Rename it even if widgets use it. They then show an error.")
@with_context
def rename(context: CommandContext, which: str, name: str, force: bool) -> None:
    """Rename a data model.

    Queries name a model, so widgets that use it show an error until their queries are changed.
    """
    with context.database.change() as session:
        found = model_services.get_model_matching(session, context.actor, which)
        used = sorted({one.dashboard or one.name for one in _uses(session, context.actor, found)})
        if used and not force:
            what = ngettext("{count} dashboard uses “{name}”.", "{count} dashboards use “{name}”.", len(used))
            raise Conflict(
                "models.used",
                what.format(name=found.name, count=len(used)),
                why=_("Used by: {names}.").format(names=", ".join(used[:5])),
                do=_("Change their widgets first, or add --force."),
            )
        renamed = model_services.update_model(session, context.actor, found.id, seen=found.updated_at, name=name)
    sentence = _("Renamed “{before}” to “{name}”.").format(before=found.name, name=renamed.name)
    context.report(sentence, id=found.id, name=renamed.name)


@model.command("check")
@click.argument("which", metavar="MODEL")
@with_context
def check(context: CommandContext, which: str) -> None:
    """Check a data model against its data sources as they are now.

    The exit status is 1, with what broke, if it can't be read.
    """
    with context.database.read() as session:
        found = model_services.get_model_matching(session, context.actor, which)
        found = model_services.check_model(session, context.actor, found.id)
    if found.problems:
        what = _("The data model “{name}” is broken.").format(name=found.name)
        raise Invalid("models.problem", what, why=" ".join(one.sentence for one in found.problems))
    context.report(_("“{name}” can be read.").format(name=found.name), id=found.id, name=found.name)


@model.command("uses")
@click.argument("which", metavar="MODEL")
@click.option("--field", "used_field", help="Field, calculated field or measure; default: the whole model.")
@with_context
def uses_(context: CommandContext, which: str, used_field: str | None) -> None:
    """List what uses a data model, or breaks without one of its fields.

    These are widgets, variables and alerts whose queries read it, and the calculated fields and measures over a field.
    """
    with context.database.read() as session:
        found = model_services.get_model_matching(session, context.actor, which)
        names = found.definition.names() if found.definition is not None else []
        if used_field is not None and used_field not in names:
            raise _no_field(used_field, names)
        fields = (used_field,) if used_field is not None else ()
        uses = model_services.model_uses(session, context.actor, found.id, fields)
    write_uses(context, uses, name=used_field or found.name)


@model.command("delete")
@click.argument("which", metavar="MODEL")
@click.option("--force", is_flag=True, help="Delete it even if dashboards use it. Their widgets then show an error.")
@with_context
def delete(context: CommandContext, which: str, force: bool) -> None:
    """Delete a data model.

    The data sources that it reads aren't changed.
    """
    with _advise_on_use(), context.database.change() as session:
        found = model_services.get_model_matching(session, context.actor, which)
        model_services.delete_model(session, context.actor, found.id, even_if_used=force)
    context.report(_("Deleted “{name}”.").format(name=found.name), id=found.id, name=found.name)


@contextmanager
def _advise_on_use() -> Iterator[None]:
    """Name the option that deletes a data model although dashboards use it."""
    try:
        yield
    except Conflict as error:
        if error.code == "models.used":
            error.do = _("Change their widgets first, or add --force.")
        raise


def _uses(session: Any, actor: Actor, found: ModelSummary) -> tuple[LineageUse, ...]:
    return model_services.model_uses(session, actor, found.id) if found.definition is not None else ()


def _joined(session: Any, actor: Actor, definition: ModelDefinition, field: str, key: str) -> ModelDefinition:
    table, dot, column = key.rpartition(".")
    if not dot or not table or not column:
        what = _("“{text}” isn't a column of a table.").format(text=key[:60])
        raise Invalid("models.join", what, do=_("Write it as FIELD=TABLE.COLUMN, such as city_id=cities.id."))
    taken = definition.names()
    kinds = model_services.model_table(session, actor, definition.source_id, table, ()).fields
    outputs = []
    for one in kinds:
        free = one.column.casefold() not in {name.casefold() for name in taken}
        name = free_name(one.column if free else f"{table.rsplit('.', 1)[-1]}_{one.column}", taken)
        taken.append(name)
        outputs.append((one.column, name))
    other = model_services.model_table(session, actor, definition.source_id, table, outputs)
    join = ModelJoin(((field, column),))
    return replace(definition, tables=(*definition.tables, other), joins=(*definition.joins, join))


def _renamed(definition: ModelDefinition, pairs: _Pairs) -> ModelDefinition:
    for before, after in pairs:
        measures = [one.name for one in definition.measures]
        if before not in measures:
            raise _no_field(before, measures)
        definition = renamed_measure(definition, before, after)
    return definition


def _without(definition: ModelDefinition, removed: Iterable[str]) -> ModelDefinition:
    gone = set(removed)
    rates = {table.fields[0].name for table, join in _joined_tables(definition) if join.rates is not None}
    known = {one.name for one in definition.expressions()} | rates
    for name in sorted(gone - known):
        raise _no_field(name, sorted(known))
    kept = [one for one in _joined_tables(definition) if one[1].rates is None or one[0].fields[0].name not in gone]
    return replace(
        definition,
        tables=(definition.tables[0], *(table for table, _join in kept)),
        joins=tuple(join for _table, join in kept),
        calculations=tuple(one for one in definition.calculations if one.name not in gone),
        measures=tuple(one for one in definition.measures if one.name not in gone),
    )


def _joined_tables(definition: ModelDefinition) -> list[tuple[ModelTable, ModelJoin]]:
    return list(zip(definition.tables[1:], definition.joins, strict=True))


def _edited(
    definition: ModelDefinition, *, titles: _Pairs, units: _Pairs, formats: _Pairs, descriptions: _Pairs,
    hidden: Sequence[str], shown: Sequence[str], calculations: _Pairs, measures: _Pairs,
) -> ModelDefinition:  # fmt: skip
    for name, text in calculations:
        calculated = CalculatedField(name, text, "text")
        kept = tuple(one for one in definition.calculations if one.name != name)
        definition = replace(definition, calculations=(*kept, calculated))
    for name, text in measures:
        earlier = next((one.earlier for one in definition.measures if one.name == name), ())
        kept_measures = tuple(one for one in definition.measures if one.name != name)
        definition = replace(definition, measures=(*kept_measures, replace(_measure(name, text), earlier=earlier)))
    changes: list[tuple[str, dict[str, Any]]] = []
    for key, values in (("title", titles), ("unit", units), ("description", descriptions), ("format", formats)):
        changes += [(name, {key: text}) for name, text in values]
    changes += [(name, {"hidden": True}) for name in hidden] + [(name, {"hidden": False}) for name in shown]
    for name, change in changes:
        field = definition.field(name)
        if field is None:
            raise _no_field(name, definition.names())
        display: FieldDisplay = replace(field.display, **change)
        definition = definition.with_display(name, display)
    return definition


def _measure(name: str, text: str) -> ModelMeasure:
    found = _MEASURE.fullmatch(text)
    if found is None:
        what = _("“{text}” isn't a measure.").format(text=text[:60])
        raise Invalid("models.measure", what, do=_("Write it as one of: {values}, with an expression in brackets.")
                      .format(values=", ".join(AGGREGATES)))  # fmt: skip
    aggregate = next(one for one in AGGREGATES if one == found[1].lower())
    expression = found[2].strip()
    if aggregate == "count":
        expression = "" if expression in ("", "*") else expression
    once = tuple(filter(None, (one.strip().strip('"') for one in (found[3] or "").split(","))))
    return ModelMeasure(name, aggregate, expression, "integer", condition=(found[4] or "").strip(), once=once)


def _no_field(name: str, known: Sequence[str]) -> Invalid:
    what = _("There's no field “{name}”.").format(name=name[:60])
    return Invalid("models.no-field", what, do=_("Choose one of: {values}.").format(values=", ".join(known[:20])))


def _field_row(field: Field) -> dict[str, object]:
    display = field.display
    expression = "" if not isinstance(field, CalculatedField | ModelMeasure) else field.expression
    return {
        "name": field.name, "title": field_title(field), "kind": field.kind, "unit": display.unit,
        "format": display.format, "aggregate": field.aggregate if isinstance(field, ModelMeasure) else "",
        "expression": expression, "hidden": display.hidden, "description": display.description,
        "earlier": list(field.earlier) if isinstance(field, ModelMeasure) else [],
    }  # fmt: skip


def _show(context: CommandContext, found: ModelSummary, uses: Sequence[LineageUse]) -> None:
    fields = [_field_row(one) for one in found.definition.fields()] if found.definition else []
    dashboards = sorted({one.dashboard for one in uses if one.dashboard})
    if context.as_json:
        row = {name: read(found) for name, read in _MODEL.items()}
        write_json(row | {"fields": fields, "dashboards": dashboards})
        return
    texts = {name: read(found) for name, read in _MODEL_TEXT.items()} | {"dashboards": ", ".join(dashboards)}
    print_pairs({name: None if text == "" else text for name, text in texts.items()})
    click.echo()
    shown = ("name", "title", "kind", "unit", "format", "aggregate", "expression", "hidden")
    columns: dict[str, Callable[[Any], object]] = {name: itemgetter(name) for name in shown}
    show_table(columns | {"kind": lambda row: kind_title(row["kind"])}, fields)

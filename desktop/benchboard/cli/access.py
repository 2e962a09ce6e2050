"""`benchboard access …`: who could do what on a day in the past."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import click

from benchboard.cli.command_context import CommandContext, with_context, write_json
from benchboard.cli.options import Choice, CliGroup
from benchboard.cli.table import show_table
from benchboard.dashboards.access import past_access, past_source_access
from benchboard.dashboards.access.reached_objects import ObjectAccess, object_level_title, paths_text
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.identity import access_history, kept_seals
from benchboard.identity.access_history import PastAccess, PastPerson
from benchboard.identity.audit_periods import read_moment
from benchboard.identity.audit_titles import status_title
from benchboard.identity.audit_verification import seal_gone
from benchboard.identity.roles import RULES, abilities_of, ability_title, in_order

_SHOWN = ("name", "email", "state", "roles", "teams", "can")


@click.group(cls=CliGroup)
def access() -> None:
    """Show who could do what on a day in the past."""


@access.command("as-of")
@click.argument("date")
@click.option("--person", "who", metavar="WHO", help="Only this person, by the email address they had then, or ID.")
@click.option("--permission", type=Choice(list(RULES)), metavar="PERMISSION", help="Only who had this permission.")
@click.option("--dashboard", metavar="DASHBOARD", help="Who could open this dashboard (name or ID), and why.")
@click.option("--source", metavar="SOURCE", help="Who could use this data source (name or ID), and why.")
@with_context
def as_of(
    context: CommandContext,
    date: str,
    who: str | None,
    permission: str | None,
    dashboard: str | None,
    source: str | None,
) -> None:
    """Show who could do what at the end of a day in the past, or at a time.

    DATE is a day, such as 2026-03-14, or a time, such as 2026-03-14T08:00. It is told from the audit log, and known
    since that begins; what system roles permitted is told by when they got their present permissions. Whether the log
    itself was changed, “benchboard audit verify” tells.

    \b
    Examples:
      benchboard access as-of 2026-03-14
      benchboard access as-of 2026-03-14 --dashboard "Line 2"
    """
    if dashboard is not None and source is not None:
        raise click.UsageError(_("Use either --dashboard or --source."), click.get_current_context())
    at = min(_moment(date), datetime.now(UTC))
    with context.database.read() as session:
        past = access_history.access_as_of(session, context.actor, at)
        found = past_access.get_past_access(session, context.actor, past, dashboard) if dashboard is not None else None
        used = (
            past_source_access.get_past_source_access(session, context.actor, past, source)
            if source is not None
            else None
        )
        opened = context.workspace
        known = kept_seals.find_all(opened.home, opened.database.seen_seals, context.actor.organisation_id)
        fault = kept_seals.find_fault(opened.home, context.actor.organisation_id)
        fits = fault is None and seal_gone(session, context.actor, known) is None
    people = [past.find(who)] if who is not None else list(past.people)
    if permission is not None:
        people = [one for one in people if permission in one.permissions]
    wanted = {one.user_id for one in people}
    if found is not None:
        named = {"id": found.dashboard_id, "name": found.name, "in_trash": found.in_trash}
        nobody = _("It was in the trash then.") if found.in_trash else _("Nobody could open it then.")
        _show_object(context, past, _Object("dashboard", named, found.people, nobody), wanted, fits=fits)
    elif used is not None:
        named = {"id": used.source_id, "name": used.name}
        later = used.known_from > past.known_from
        told = _Object("source", named, used.people, _("Nobody could use it then."), later)
        past = replace(past, known_from=used.known_from)
        _show_object(context, past, told, wanted, fits=fits)
    else:
        _show_people(context, past, people, fits=fits)


def _moment(date: str) -> datetime:
    """The time meant: the end of a day, or of today so far. Raises `UsageError`, and `Invalid` for a day to come."""
    try:
        at = read_moment(date, "date", whole_day=True)
        if read_moment(date, "date") > datetime.now(UTC):
            raise Invalid("history.late", _("That time hasn't come yet."), field="date")
    except Invalid as error:
        if error.code == "history.late":
            raise
        raise click.UsageError(str(error), click.get_current_context()) from error
    return at


def _show_people(context: CommandContext, past: PastAccess, people: list[PastPerson], *, fits: bool) -> None:
    rows = [_person_row(one) for one in people]
    if context.as_json:
        keys = ("id", "name", "email", "state", "state_is_sure", "roles", "teams", "permissions")
        _write(past, {"log_fits": fits}, [{key: row[key] for key in keys} for row in rows])
        return
    _tell_times(past, fits=fits)
    columns: dict[str, Callable[[Any], object]] = {name: itemgetter(name) for name in _SHOWN}
    columns |= {
        "state": itemgetter("state_text"),
        "roles": lambda row: ", ".join(row["roles"]),
        "teams": lambda row: ", ".join(row["teams"]),
    }
    _show(columns, rows, _("Nobody could do that then."))


def _person_row(one: PastPerson) -> dict[str, Any]:
    state = status_title(one.state)
    return {
        "id": one.user_id,
        "name": one.name,
        "email": one.email,
        "state": one.state,
        "state_is_sure": not one.unsure,
        "roles": list(one.roles.values()),
        "teams": sorted(one.teams.values()),
        "permissions": [act for act in RULES if act in one.permissions],
        "state_text": _("{state}, probably").format(state=state) if one.unsure else state,
        "can": ", ".join(ability_title(each) for each in in_order(abilities_of(one.permissions))),
    }


@dataclass(frozen=True, slots=True)
class _Object:
    """A dashboard or data source as it was, and who could reach it; `nobody` is said where nobody could."""

    kind: str
    named: dict[str, object]
    people: tuple[ObjectAccess, ...]
    nobody: str
    later: bool = False
    """Whether that is known since later than the audit log begins."""


def _show_object(context: CommandContext, past: PastAccess, found: _Object, wanted: set[str], *, fits: bool) -> None:
    people = [one for one in found.people if one.user_id in wanted]
    if context.as_json:
        items = [
            {
                "id": one.user_id,
                "name": one.name,
                "email": one.email,
                "access": one.level,
                "paths": [{"kind": path.kind, "name": path.name, "access": path.level} for path in one.paths],
            }
            for one in people
        ]
        _write(past, {"log_fits": fits, found.kind: found.named}, items)
        return
    _tell_times(past, fits=fits, of_source=found.later)
    columns: dict[str, Callable[[Any], object]] = {
        "name": lambda one: one.name,
        "email": lambda one: one.email,
        "access": lambda one: object_level_title(one.level),
        "through": lambda one: paths_text(one.paths),
    }
    _show(columns, people, found.nobody)


def _show(columns: dict[str, Callable[[Any], object]], rows: list[Any], nothing: str) -> None:
    if rows:
        show_table(columns, rows)
    else:
        click.echo(nothing, err=True)


def _write(past: PastAccess, more: dict[str, object], items: list[dict[str, Any]]) -> None:
    write_json({"as_of": past.at, "known_from": past.known_from, **more, "items": items, "next": None})


def _tell_times(past: PastAccess, *, fits: bool, of_source: bool = False) -> None:
    """Say as of when it is, and since when that can be known, beside the table; and if the log isn't what it was."""
    at, first = (f"{time.astimezone():%Y-%m-%d %H:%M}" for time in (past.at, past.known_from))
    told = _("As of {time}. Known since {first}, when the audit log begins.")
    if of_source:
        told = _("As of {time}. Known since {first}, when who could use it was first recorded.")
    click.echo(told.format(time=at, first=first), err=True)
    if not fits:
        why = _("The audit log no longer fits what this computer saw of it, so this may be wrong.")
        do = _("Run “benchboard audit verify”.")
        click.echo(f"{why} {do}", err=True)

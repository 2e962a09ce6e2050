"""The filters of the audit log that commands take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

import click

from benchboard.cli.command_context import CommandContext
from benchboard.cli.options import Choice, parameter_name
from benchboard.cli.terminal import printable
from benchboard.errors import Invalid
from benchboard.i18n import _, any_of
from benchboard.identity import users
from benchboard.identity.audit import RESULTS
from benchboard.identity.audit_periods import PERIODS, period_range, read_moment
from benchboard.identity.event_titles import event_title, known_events
from benchboard.paging import Listing
from benchboard.storage.search_text import fold


class _EventChoice(Choice):
    """An event by its code, or by its title in the language of the commands."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        titles = {fold(event_title(event)): event for event in known_events()}
        known = known_events()
        event = titles.get(fold(str(value)), str(value).lower())
        if event in known:
            return event
        what = _("{option} can't be “{value}”.").format(option=parameter_name(param), value=printable(str(value)))
        near = [_("“{title}” ({code})").format(title=event_title(one), code=one) for one in _nearest(str(value))]
        meant = [_("Did you mean {names}?").format(names=any_of(near))] if near else []
        how = _("For all events, run “{command}”.").format(command="benchboard audit list --help")
        raise click.UsageError(" ".join([what, *meant, how]), ctx)


def _nearest(text: str) -> list[str]:
    """The events, at most three, that `text` may have meant: part of their title or code, or spelled like one."""
    wanted = fold(text)
    events = {event: fold(event_title(event)) for event in known_events()}
    if wanted and (containing := [event for event, title in events.items() if wanted in title or wanted in event]):
        return containing[:3]
    names = {name: event for event, title in events.items() for name in (event, event.partition(".")[2], title)}
    alike = [names[name] for name in get_close_matches(wanted, names, n=3, cutoff=0.5)]
    return list(dict.fromkeys(alike))


class _MomentType(click.ParamType[datetime]):
    """A day or a time; `--until` a day includes it."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        name = param.name if param is not None and param.name else ""
        try:
            return read_moment(str(value), name, whole_day=name == "until")
        except Invalid as error:
            what = _("{option} can't be “{value}”.")
            what = what.format(option=parameter_name(param), value=printable(str(value)[:40]))
            raise click.UsageError(f"{what} {error.do}", ctx) from error


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """What a command narrows the log to, as it was given."""

    who: str | None
    whom: str | None
    event: str | None
    object_type: str | None
    object_id: str | None
    since: datetime | None
    until: datetime | None
    period: str | None
    result: str | None
    search: str

    def listing(self, context: CommandContext) -> Listing:
        """The listing of the entries that match. Raises as `users.get_person_matching` does."""
        since, until = self.since, self.until
        if self.period is not None:
            since, until = period_range(self.period, datetime.now(UTC))

        def person(named: str | None) -> str | None:
            if named is None:
                return None
            with context.database.read() as session:
                return users.get_person_matching(session, context.actor, named, deleted=None).id

        wanted = {
            "user_id": person(self.who),
            "person": person(self.whom),
            "event": self.event,
            "resource_type": self.object_type,
            "resource_id": self.object_id,
            "since": since.astimezone(UTC).isoformat() if since is not None else None,
            "until": until.astimezone(UTC).isoformat() if until is not None else None,
            "result": self.result,
        }
        return Listing(self.search, {name: value for name, value in wanted.items() if value is not None})

    def given(self) -> dict[str, str | None]:
        """The options that were given, for what is said where nothing matches."""
        return {
            "--user": self.who,
            "--person": self.whom,
            "--event": self.event,
            "--type": self.object_type,
            "--object": self.object_id,
            "--since": self.since.isoformat() if self.since is not None else None,
            "--until": self.until.isoformat() if self.until is not None else None,
            "--period": self.period,
            "--result": self.result,
        }


_OPTIONS = (
    click.option("--user", "who", help="Only what this person did (email address or ID, also of a deleted account)."),
    click.option("--person", "whom", help="Only what this person did, or what was done to them."),
    click.option("--event", type=_EventChoice(known_events()), metavar="EVENT",
                 help="Only this event, such as dashboard.share or “Shared a dashboard”."),
    click.option("--type", "object_type", metavar="TYPE", help="Only objects of this type, such as dashboard or user."),
    click.option("--object", "object_id", metavar="ID", help="Only the object with this ID."),
    click.option("--since", type=_MomentType(), metavar="TIME",
                 help="Only from this day or time on, such as 2026-03-01."),
    click.option("--until", type=_MomentType(), metavar="TIME",
                 help="Only up to the end of this day, or before this time."),
    click.option("--period", type=Choice(PERIODS), metavar="PERIOD", help=f"Only one of {', '.join(PERIODS)}."),
    click.option("--result", type=Choice(RESULTS), metavar="RESULT",
                 help="Only what was done, or only what was refused: done or refused."),
    click.option("--search", default="",
                 help="Words of an entry, such as a person, object or event, or part of an ID."),
)  # fmt: skip


def filter_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the filters of the log to a command, which reads what it gets of them with `read_filters`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_filters(options: Mapping[str, Any]) -> AuditFilters:
    """The filters among the options that a command got. Raises `UsageError` for two that exclude each other."""
    filters = AuditFilters(**{one.name: options[one.name] for one in fields(AuditFilters)})
    if filters.period is not None and (filters.since or filters.until) is not None:
        raise click.UsageError(_("Use either --period, or --since and --until."), click.get_current_context())
    return filters

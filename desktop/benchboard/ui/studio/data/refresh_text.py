"""What reading a data source again brought, as the notice says it: rows, new columns, files that aren't read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchboard.analytics.files.file_writing import read_in_currency_sentence
from benchboard.analytics.files.partial_columns import partial_column_sentence
from benchboard.analytics.files.readable_files import FileProblem
from benchboard.analytics.sources import services
from benchboard.analytics.sources.file_news import file_problems, problems_text, wrong_lines_text
from benchboard.analytics.sources.services import SourceSummary
from benchboard.i18n import _, ngettext, number
from benchboard.identity.permissions import Actor
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import clock_minutes, day_and_time

_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class RefreshedSource:
    """A source before or after it was read again; `columns` are the titles of its tables' columns."""

    source: SourceSummary
    columns: tuple[str, ...]
    problems: tuple[FileProblem, ...] = ()
    """Its files that queries can't read."""

    @classmethod
    def read(cls, session: DatabaseSession, actor: Actor, source_id: str) -> "RefreshedSource":
        """The source as it is stored now. Raises `NotFound`."""
        source = services.get_source(session, actor, source_id)
        tables = services.source_tables(session, actor, source_id) if source.tables else ()
        return cls(source, tuple(dict.fromkeys(column.title for table in tables for column in table.columns)),
                   file_problems(source))  # fmt: skip


def refresh_text(before: RefreshedSource, now: RefreshedSource) -> str:
    """What is other than before."""
    said = [_rows_text(now.source, before.source.rows)]
    if now.source.is_folder:
        said += _added_text([title for title in now.columns if title not in before.columns], now.source)
        said += _removed_text([title for title in before.columns if title not in now.columns])
        said += _emptied_text(before, now)
        # A file that wasn't read before either is no news.
        unread = [name for name in now.source.unread_files if name not in before.source.unread_files]
        said += _unread_text(unread, now.source)
    said += [
        read_in_currency_sentence(*one) for one in now.source.assumed_units if one not in before.source.assumed_units
    ]
    if now.source.totals > before.source.totals:
        said.append(_("A total row was skipped."))
    said.append(wrong_lines_text(now.source))
    said.append(problems_text(now.problems, day_and_time))
    return " ".join(part for part in said if part)


def _rows_text(source: SourceSummary, before: int | None) -> str:
    values = {"name": source.name, "time": clock_minutes()}
    if source.rows is None:
        return _("Refreshed “{name}” at {time}.").format(**values)
    rows = ngettext("{count} row", "{count} rows", source.rows).format(count=number(source.rows))
    if before is None:
        return _("Refreshed “{name}” at {time}: {rows}.").format(**values, rows=rows)
    if before == source.rows:
        return _("Refreshed “{name}” at {time}: {rows}, as many as before.").format(**values, rows=rows)
    text = _("Refreshed “{name}” at {time}: {rows}, {before} before.")
    return text.format(**values, rows=rows, before=number(before))


def _added_text(added: Sequence[str], source: SourceSummary) -> list[str]:
    """The new columns, and in how many files they are."""
    if not added:
        return []
    if len(added) > 1:
        names = ", ".join(f"“{title}”" for title in added[:_NAMED]) + ("…" if len(added) > _NAMED else "")
        return [_("New columns: {names}.").format(names=names)]
    partial = next((one for one in source.partial_columns if one.title == added[0]), None)
    if partial is None:
        return [_("New column: “{column}”.").format(column=added[0])]
    text = _("New column: “{column}”, in {count} of {total} files.")
    return [text.format(column=added[0], count=number(partial.count), total=number(partial.of))]


def _removed_text(removed: Sequence[str]) -> list[str]:
    """The columns that no file has any more."""
    names = ", ".join(f"“{title}”" for title in removed[:_NAMED]) + ("…" if len(removed) > _NAMED else "")
    return [_("No longer in the files: {names}.").format(names=names)] if removed else []


def _emptied_text(before: RefreshedSource, now: RefreshedSource) -> list[str]:
    """The columns of before that some files lack now, though all had them."""
    known = {one.title for one in before.source.partial_columns}
    lacking = [one for one in now.source.partial_columns if one.title in before.columns and one.title not in known]
    return [partial_column_sentence(one) for one in lacking[:1]]


def _unread_text(unread: Sequence[str], source: SourceSummary) -> list[str]:
    """Which files aren't read; of a single one, why."""
    if not unread:
        return []
    why = [each for each in source.unread_reasons if unread[0] in each]
    if len(unread) == 1 and why:
        return why[:1]
    names = ", ".join(f"“{name}”" for name in unread[:_NAMED]) + ("…" if len(unread) > _NAMED else "")
    return [_("Not read: {names}.").format(names=names)]

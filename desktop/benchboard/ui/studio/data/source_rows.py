"""The data sources as the list shows them: what the database knows of each, and whether its file is still the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from benchboard.analytics.files.file_writing import read_in_currency_sentence
from benchboard.analytics.files.partial_columns import partial_column_sentence
from benchboard.analytics.files.readable_files import FileProblem
from benchboard.analytics.sources import services
from benchboard.analytics.sources.file_news import (
    FileNews,
    changes_text,
    copied_table_text,
    file_news,
    file_problems,
    live_text,
    original_gone_text,
    problems_text,
    status_title,
    wrong_lines_text,
)
from benchboard.analytics.sources.lineage import LineageUse, sources_uses, uses_text
from benchboard.analytics.sources.services import SourceSummary
from benchboard.i18n import _, in_sentence, ngettext, number
from benchboard.identity.permissions import Actor
from benchboard.paging import Listing, Page
from benchboard.ui.commands import key_cap
from benchboard.ui.paged.paged_model import Column, Mark
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import day_and_time, full_date, full_time, relative_time

_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A data source; `rows` is None until they were counted, `news` what happened to its file since it was read."""

    source: SourceSummary
    rows: int | None
    news: FileNews
    changes: str = ""
    """What changed in its file or folder, as a sentence with what to do; empty if nothing did."""
    problems: tuple[FileProblem, ...] = ()
    """Its files that queries can't read now."""
    uses: tuple[LineageUse, ...] = ()
    """What reads it, also through data models."""

    @property
    def id(self) -> str:
        """The id of the source."""
        return self.source.id

    @property
    def kind_title(self) -> str:
        """The kind of the source as people read it."""
        return self.source.kind_title


def read_rows(
    session: DatabaseSession, actor: Actor, listing: Listing, after: str | None, limit: int
) -> Page[SourceRow]:
    """A page of the list. Looks at the files too: run it in the background."""
    page = services.list_sources(session, actor, listing, after=after, limit=limit)
    uses = sources_uses(session, actor, [source.id for source in page.rows])
    rows = (replace(read_row(source), uses=uses[source.id]) for source in page.rows)
    return Page(tuple(rows), page.next_key)


def all_rows(session: DatabaseSession, actor: Actor) -> tuple[SourceRow, ...]:
    """The rows of all data sources. Looks at their files: run it in the background."""
    rows: list[SourceRow] = []
    after: str | None = None
    while True:
        page = read_rows(session, actor, Listing(sort="name"), after, 200)
        rows.extend(page.rows)
        after = page.next_key
        if after is None:
            return tuple(rows)


def checked_text(rows: Sequence[SourceRow], time: str) -> str:
    """How many sources were looked at, and which aren't up to date."""
    count = len(rows)
    checked = ngettext("Checked {count} data source at {time}.", "Checked {count} data sources at {time}.", count)
    problems = [row.source.name for row in rows if row.source.status == "error" or row.news == "moved" or row.problems]
    changed = [row.source.name for row in rows if row.news == "changed" and row.source.name not in problems]
    gone = [row.source.name for row in rows if row.news == "original_gone" and row.source.name not in problems]
    said = [checked.format(count=number(count), time=time)]
    if changed:
        said.append(_("Changed since last read: {names}.").format(names=_named(changed)))
    if problems:
        said.append(_("Can't be read: {names}.").format(names=_named(problems)))
    if gone:
        said.append(_("Original missing: {names}.").format(names=_named(gone)))
    misfits = [row.source.name for row in rows if row.source.wrong_lines and row.source.name not in problems]
    if misfits:
        said.append(_("With lines that don't fit: {names}.").format(names=_named(misfits)))
    if not changed and not problems and not gone and not misfits:
        said.append(_("Everything is up to date."))
    return " ".join(said)


def _named(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names[:_NAMED]) + ("…" if len(names) > _NAMED else "")


def read_row(source: SourceSummary) -> SourceRow:
    """A row of the list. Looks at the source's files."""
    news = file_news(source)
    return SourceRow(source, source.known_rows, news, changes_text(source) if news == "changed" else "",
                     file_problems(source))  # fmt: skip


def is_renamed(row: SourceRow) -> bool:
    """Whether nothing is wrong with a source but columns that may be renamed."""
    return bool(row.source.renamed) or (bool(row.problems) and all(one.renamed for one in row.problems))


def can_refresh(row: SourceRow) -> bool:
    """Whether reading the source again is what its status asks for: then the mark is a button that does it."""
    if is_renamed(row):
        return True
    return row.news == "changed" and row.source.status != "error" and not row.problems


def status_mark(row: SourceRow) -> Mark:
    """The status of a source, as a mark and a word."""
    title = status_title(row.source, row.news, row.problems)
    if is_renamed(row):
        return Mark("warn", title, "ph.arrows-clockwise")
    if row.source.status == "error":
        return Mark("error", title)
    if row.source.live_state is not None and not row.source.live_state.receives:
        return Mark("neutral", title)
    if row.problems:
        return Mark("warn", title)
    if can_refresh(row):
        return Mark("info" if row.source.copied else "warn", title, "ph.arrows-clockwise")
    return Mark("warn" if row.news or row.source.wrong_lines else "ok", title)


def news_text(row: SourceRow) -> str:
    """What is wrong or new with a source, and what to do about it; empty if nothing is."""
    if row.source.live_state is not None:
        return live_text(row.source.name, row.source.live_state, day_and_time)
    if not row.source.has_files:
        return row.source.problem or (_("The API has more rows than Benchboard reads.") if row.source.limited else "")
    if row.source.renamed:
        return row.source.problem
    if row.source.status == "error" and row.source.problem:
        return row.source.problem
    if row.news == "moved":
        return _("{name} is missing from {folder}. Find it, or put it back.").format(
            name=Path(row.source.path).name, folder=Path(row.source.path).parent
        )
    if row.news == "original_gone":
        return original_gone_text(row.source, _copied_at(row.source))
    return problems_text(row.problems, day_and_time) or row.changes or wrong_lines_text(row.source)


def _copied_at(source: SourceSummary) -> str:
    if source.last_sync is None:
        return ""
    local = source.last_sync.astimezone()
    return f"{full_date(local)} {local:%H:%M}"


def source_columns() -> tuple[Column[SourceRow], ...]:
    """The columns of the list."""
    return (
        Column(
            "name",
            _("Name"),
            lambda row: row.source.name,
            sortable=True,
            second=_kind_and_access,
            width=220,
            stretch=True,
        ),
        Column("status", _("Status"), lambda row: status_mark(row).text, mark=status_mark, width=168,
               tooltip=_status_tip),
        Column("tables", _("Tables"), _tables_text, align_right=True, width=70),
        Column("rows", _("Rows"), lambda row: number(row.rows) if row.rows is not None else "–", align_right=True,
               width=84),
        Column("uses", _("Used by"), used_by_text, muted=lambda row: not row.uses, tooltip=_uses_tip, width=124),
        Column(
            "path",
            _("Location"),
            _location,
            tooltip=_full_location,
            muted=True,
            middle=True,
            width=140,
            stretch=True,
        ),
        Column(
            "last_sync",
            _("Last refreshed"),
            lambda row: relative_time(row.source.last_sync),
            sortable=True,
            tooltip=lambda row: full_time(row.source.last_sync),
            spoken="titled",
            width=120,
        ),
    )  # fmt: skip


def used_by_text(row: SourceRow) -> str:
    """How many dashboards and data models read a source: `2 dashboards, 1 model`."""
    dashboards = len({(one.dashboard_id, one.dashboard) for one in row.uses if one.kind in ("widget", "variable")})
    models = sum(one.kind == "model" for one in row.uses)
    alerts = sum(one.kind == "alert" for one in row.uses)
    said = []
    if dashboards:
        said.append(ngettext("{count} dashboard", "{count} dashboards", dashboards).format(count=number(dashboards)))
    if models:
        said.append(ngettext("{count} model", "{count} models", models).format(count=number(models)))
    if alerts and not said:
        said.append(ngettext("{count} alert", "{count} alerts", alerts).format(count=number(alerts)))
    return ", ".join(said) or _("nothing yet")


def _uses_tip(row: SourceRow) -> str:
    return _("Used by {uses}").format(uses=uses_text(row.uses)) if row.uses else ""


def _kind_and_access(row: SourceRow) -> str:
    kind = row.kind_title
    return kind if row.source.restricted_to is None else _("{kind}, restricted").format(kind=kind)


def access_text(source: SourceSummary) -> str:
    """Who may use a source: everyone, or only some people and teams."""
    if source.restricted_to is None:
        return _("Everyone")
    if not source.restricted_to:
        return _("Restricted to admins")
    names, more = list(source.restricted_to[:_NAMED]), len(source.restricted_to) - _NAMED
    if more > 0:
        names.append(ngettext("{count} more", "{count} more", more).format(count=number(more)))
    return _("Restricted to {names}").format(names=in_sentence(names))


def _status_tip(row: SourceRow) -> str:
    said = [news_text(row)]
    if can_refresh(row):
        said.append(_("Click to refresh, or press {keys}.").format(keys=key_cap("Ctrl+R")))
    return "\n".join(part for part in said if part)


def _location(row: SourceRow) -> str:
    """Where the data are that queries read."""
    if row.source.live is not None:
        return row.source.live.title
    if place := row.source.server or row.source.address:
        return place
    return _("In Benchboard") if row.source.copied else location_text(row.source.path)


def _full_location(row: SourceRow) -> str:
    if row.source.live is not None:
        return _("Live bus of {dongle}").format(dongle=row.source.live.title)
    if place := row.source.server or row.source.address:
        return place
    if text := copied_table_text(row.source):
        return _("Copy of {table}").format(table=text)
    return _("Copied from {file}").format(file=row.source.path) if row.source.copied else row.source.path


def _tables_text(row: SourceRow) -> str:
    return number(len(row.source.tables))


def location_text(path: str) -> str:
    """A path with the home folder as ~."""
    home = str(Path.home())
    return f"~{path[len(home) :]}" if path.startswith(f"{home}/") else path


def lines_text(source: SourceSummary) -> str:
    """What became of the lines that didn't fit: `3 lines skipped, 1 line with a value left empty`; empty if all did."""
    parts = []
    if source.left_out:
        text = ngettext("{count} line skipped", "{count} lines skipped", source.left_out)
        parts.append(text.format(count=number(source.left_out)))
    if source.emptied:
        text = ngettext("{count} line with values left empty", "{count} lines with values left empty", source.emptied)
        parts.append(text.format(count=number(source.emptied)))
    if source.totals:
        text = ngettext("{count} total row skipped", "{count} total rows skipped", source.totals)
        parts.append(text.format(count=number(source.totals)))
    return ", ".join(parts)


def lines_sentence(source: SourceSummary) -> str:
    """What became of the lines that didn't fit, as a sentence: `2 lines have values left empty.` Empty if all did."""
    if source.emptied and not source.left_out and not source.totals:
        text = ngettext("{count} line has values left empty.", "{count} lines have values left empty.", source.emptied)
        return text.format(count=number(source.emptied))
    text = lines_text(source)
    return f"{text}." if text else ""


def reading_notes(source: SourceSummary) -> tuple[str, ...]:
    """What is assumed of its numbers, which columns aren't in all files of a folder, and which of its files aren't
    read, as sentences."""
    assumed = [read_in_currency_sentence(title, currency) for title, currency in source.assumed_units]
    named = " ".join(source.unread_reasons)
    unknown = [name for name in source.unread_files if name not in named]
    without = [_("Not read: {names}.").format(names=", ".join(f"“{name}”" for name in unknown))] if unknown else []
    empty = [_("Numbers that aren't finite are empty in the copy.")] if source.not_finite else []
    return (*assumed, *empty, *map(partial_column_sentence, source.partial_columns), *source.unread_reasons, *without)


def tables_and_rows(row: SourceRow) -> str:
    """How much a source holds: `2 tables, 1 204 rows`."""
    count = len(row.source.tables)
    tables = ngettext("{count} table", "{count} tables", count).format(count=number(count))
    if row.rows is None:
        return tables
    rows = ngettext("{count} row", "{count} rows", row.rows).format(count=number(row.rows))
    return f"{tables}, {rows}"

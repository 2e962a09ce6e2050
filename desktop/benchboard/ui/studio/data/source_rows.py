"""The data sources as the list shows them: what the database knows of each, and whether its file is still the same."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchboard.analytics.sources import services
from benchboard.analytics.sources.kinds import source_kinds
from benchboard.analytics.sources.services import SourceSummary
from benchboard.i18n import _, ngettext, number
from benchboard.identity.permissions import Actor
from benchboard.paging import Listing, Page
from benchboard.ui.paged.paged_model import Column, Mark
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import full_time, relative_time

FileNews = Literal["", "moved", "changed"]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A data source; `rows` is None until they were counted, `news` what happened to its file since it was read."""

    source: SourceSummary
    rows: int | None
    news: FileNews

    @property
    def id(self) -> str:
        """The id of the source."""
        return self.source.id

    @property
    def kind_title(self) -> str:
        """The kind of the source as people read it."""
        kind = source_kinds().get(self.source.kind)
        return kind.title if kind is not None else self.source.kind


def read_rows(
    session: DatabaseSession, actor: Actor, listing: Listing, after: str | None, limit: int
) -> Page[SourceRow]:
    """A page of the list. Looks at the files too: run it in the background."""
    page = services.list_sources(session, actor, listing, after=after, limit=limit)
    return Page(tuple(read_row(session, actor, source) for source in page.rows), page.next_key)


def read_row(session: DatabaseSession, actor: Actor, source: SourceSummary) -> SourceRow:
    """A row of the list."""
    counts = [table.rows for table in services.source_tables(session, actor, source.id)] if source.tables else []
    known = [count for count in counts if count is not None]
    return SourceRow(source, sum(known) if known and len(known) == len(counts) else None, _news(source))


def _news(source: SourceSummary) -> FileNews:
    """What happened to the file since it was read; nothing where a copied file is gone, as it isn't needed. A folder is
    changed when a file comes or goes."""
    if not source.path:
        return ""
    try:
        found = Path(source.path).stat()
    except OSError:
        return "" if source.copied else "moved"
    read_at = source.last_sync
    return "changed" if read_at is not None and found.st_mtime > read_at.timestamp() else ""


def status_mark(row: SourceRow) -> Mark:
    """The status of a source, as a mark and a word."""
    if row.source.status == "error":
        return Mark("error", _("Error"))
    if row.news == "moved":
        return Mark("warn", _("File moved"))
    if row.news == "changed":
        return Mark("info", _("Original changed")) if row.source.copied else Mark("warn", _("File changed"))
    return Mark("ok", _("Ready"))


def news_text(row: SourceRow) -> str:
    """What is wrong or new with a source, and what to do about it; empty if nothing is."""
    if row.source.server:
        return row.source.problem
    if row.source.status == "error" and row.source.problem:
        return f"{row.source.problem} {_('Locate the file, or read it again once it is back.')}"
    if row.news == "moved":
        return _("The file isn't where it was. Locate it, or put it back.")
    if row.news != "changed":
        return ""
    if row.source.copied:
        return _("The file has changed since it was copied. Read it again to have what is in it now.")
    return _("The file has changed since it was read. Read it again.")


def source_columns() -> tuple[Column[SourceRow], ...]:
    """The columns of the list."""
    return (
        Column(
            "name",
            _("Name"),
            lambda row: row.source.name,
            sortable=True,
            second=lambda row: row.kind_title,
            width=220,
            stretch=True,
        ),
        Column("status", _("Status"), lambda row: status_mark(row).text, mark=status_mark, width=130,
               tooltip=news_text),
        Column("tables", _("Tables"), _tables_text, align_right=True, width=80),
        Column("rows", _("Rows"), lambda row: number(row.rows) if row.rows is not None else "–", align_right=True,
               width=100),
        Column(
            "path",
            _("Location"),
            lambda row: row.source.server or location_text(row.source.path),
            tooltip=lambda row: row.source.server or row.source.path,
            muted=True,
            width=220,
            stretch=True,
        ),
        Column(
            "last_sync",
            _("Last read"),
            lambda row: relative_time(row.source.last_sync),
            sortable=True,
            tooltip=lambda row: full_time(row.source.last_sync),
            width=120,
        ),
    )  # fmt: skip


def _tables_text(row: SourceRow) -> str:
    return number(len(row.source.tables))


def location_text(path: str) -> str:
    """A path with the home folder as ~."""
    home = str(Path.home())
    return f"~{path[len(home) :]}" if path.startswith(f"{home}/") else path


def tables_and_rows(row: SourceRow) -> str:
    """How much a source holds: `2 tables, 1 204 rows`."""
    count = len(row.source.tables)
    tables = ngettext("{count} table", "{count} tables", count).format(count=number(count))
    if row.rows is None:
        return tables
    return f"{tables}, {ngettext('{count} row', '{count} rows', row.rows).format(count=number(row.rows))}"

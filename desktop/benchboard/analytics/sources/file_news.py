"""What happened to the file of a data source since it was read, or why its API was not read again."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy.orm import Session

from benchboard.analytics.sources.services import SourceSummary, get_source
from benchboard.errors import NotFound
from benchboard.i18n import _
from benchboard.identity.permissions import Actor, require

FileNews = Literal["", "moved", "changed"]


@dataclass(frozen=True, slots=True)
class SourceNews:
    """Whether what a query reads from a source is what the source has now. `read_at`: when its files were last read;
    `problem`: what was wrong when it was last refreshed; empty where nothing was. `is_api`: a copy of what an API
    answered; whether that would answer otherwise now isn't known, so only a failed refresh makes it old."""

    source_id: str
    name: str
    news: FileNews
    copied: bool
    read_at: datetime | None
    problem: str = ""
    original_gone: bool = False
    """Whether the data are a copy of a file that isn't where it was any more."""
    is_api: bool = False

    @property
    def is_outdated(self) -> bool:
        """Whether the data are an older copy of a file that has changed."""
        return self.copied and self.news == "changed"


def source_news(session: Session, actor: Actor, source_id: str) -> SourceNews | None:
    """The news of a source; None for a server, and for one that is gone. Looks at its file."""
    require(actor, "sources:read")
    try:
        source = get_source(session, actor, source_id)
    except NotFound:
        return None
    if source.server:
        return None  # it was asked just now
    gone = source.copied and bool(source.path) and not Path(source.path).exists()
    return SourceNews(
        source.id, source.name, file_news(source), source.copied, source.last_sync, source.problem, gone,
        is_api=bool(source.address),
    )  # fmt: skip


def file_news(source: SourceSummary) -> FileNews:
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


def status_title(source: SourceSummary, news: FileNews) -> str:
    """The status of a source in words, the same in the window and in the tables of commands."""
    if source.status == "error":
        return _("Error")
    return {"moved": _("File moved"), "changed": _("File changed"), "": _("Up to date")}[news]

"""What happened to the file of a data source since it was read."""

from pathlib import Path
from typing import Literal

from benchboard.analytics.sources.services import SourceSummary
from benchboard.i18n import _

FileNews = Literal["", "moved", "changed"]


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

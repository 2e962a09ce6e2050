"""What happened to the file of a data source since it was read, or why its API was not read again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from sqlalchemy.orm import Session

from benchboard.analytics.files.readable_files import FileProblem
from benchboard.analytics.sources.live_values import LiveState
from benchboard.analytics.sources.original_files import FileChanges, OriginalFile, compare_files, listed_files
from benchboard.analytics.sources.services import SourceSummary, get_source
from benchboard.errors import NotFound
from benchboard.i18n import _, ngettext, number
from benchboard.identity.permissions import Actor, require

FileNews = Literal["", "moved", "changed", "original_gone"]
_NAMED: Final = 5
_TOLD: Final = 3


@dataclass(frozen=True, slots=True)
class SourceNews:
    """Whether what a query reads from a source is what the source has now. `read_at`: when its files were last read;
    `problem`: what was wrong when it was last refreshed; empty where nothing was. `is_answer`: a copy of what an
    API or a server answered; whether that would answer otherwise now isn't known, so only a failed refresh makes it
    old."""

    source_id: str
    name: str
    news: FileNews
    copied: bool
    read_at: datetime | None
    problem: str = ""
    is_answer: bool = False
    is_folder: bool = False
    unreadable: tuple[FileProblem, ...] = ()
    """The files that queries read where they are and can't now."""

    recovered: bool = False
    """Whether a query may have read what couldn't be read when it was last refreshed."""

    renamed: bool = False
    """Whether it isn't known which columns some of its files have: last good rows are read in their place."""

    live: LiveState | None = None
    """Of a live bus, what is there of it on this computer."""

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
    problems = file_problems(source)
    return SourceNews(
        source.id, source.name, file_news(source), source.copied, source.last_sync, source.problem,
        is_answer=source.is_answer, is_folder=source.is_folder, unreadable=problems,
        renamed=bool(source.renamed) or any(one.renamed for one in problems),
        recovered=source.recovered or (bool(source.problem) and source.has_files),
        live=source.live_state,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """The files that a source is read from, as they are now; none where there is nothing to look at."""

    source_id: str
    name: str
    copied: bool
    files: tuple[OriginalFile, ...]


def source_files(session: Session, actor: Actor, source_ids: Sequence[str]) -> dict[str, SourceFiles]:
    """The files of these sources as they are now, by the source. Those that are gone are left out."""
    require(actor, "sources:read")
    found = {}
    for source_id in source_ids:
        try:
            source = get_source(session, actor, source_id)
        except NotFound:
            continue
        path = Path(source.path)
        files = (
            listed_files(path, folder=source.is_folder, nested=source.nested) if source.path and path.exists() else ()
        )
        found[source_id] = SourceFiles(source.id, source.name, source.copied, files)
    return found


def copied_table_text(source: SourceSummary) -> str:
    """Which table of a server a source is a copy of; empty for one that isn't."""
    if source.copy_of is None:
        return ""
    if not source.copied_from:
        return _("“{table}” of a data source that was removed").format(table=source.copy_of.table)
    return _("“{table}” of “{source}”").format(table=source.copy_of.table, source=source.copied_from)


def file_news(source: SourceSummary) -> FileNews:
    """What happened to the file since it was read; `original_gone` where a copied file isn't there any more, as queries
    don't need it. A folder is changed when one of its files is, or comes or goes."""
    if not source.path:
        return ""
    if not Path(source.path).exists():
        return "original_gone" if source.copied else "moved"
    return "changed" if file_changes(source) else ""


def file_problems(source: SourceSummary) -> tuple[FileProblem, ...]:
    """The files of a source that queries read where they are and can't now. Looks through those that changed."""
    return tuple(problem for table in source.linked for problem in table.readable().problems)


def file_changes(source: SourceSummary) -> FileChanges:
    """Which files changed, came or went since a source was read; none where there is nothing to look at."""
    path = Path(source.path)
    if not source.path or not path.exists():
        return FileChanges()
    now = listed_files(path, folder=source.is_folder, nested=source.nested)
    if source.originals is not None:
        return compare_files(source.originals, now)
    # Of a source that was read by an older version, nothing is known but when.
    read_at = source.last_sync.timestamp() if source.last_sync is not None else float("inf")
    return FileChanges(tuple(one.name for one in now if one.modified > read_at))


def changes_text(source: SourceSummary) -> str:
    """What happened to the file or the folder of a source since it was read, and what to do; empty if nothing did."""
    changes = file_changes(source)
    if not changes:
        return ""
    if not source.is_folder:
        if source.copied:
            return _("The file has changed since it was copied. Refresh the data to copy it again.")
        return _("The file has changed since it was read. Refresh the data.")
    said = (
        (_("Changed: {names}."), changes.changed), (_("New: {names}."), changes.added),
        (_("Gone: {names}."), changes.removed),
    )  # fmt: skip
    what = " ".join(text.format(names=_named(names)) for text, names in said if names)
    if source.copied:
        return _("The folder has changed since it was copied. {what} Refresh the data to copy it again.").format(
            what=what
        )
    return _("The folder has changed since it was read. {what} Refresh the data.").format(what=what)


def problems_text(problems: Sequence[FileProblem], written: Callable[[datetime], str]) -> str:
    """Which files can't be read, what is shown of them, and what to do, with times as `written` writes them; empty
    without any."""
    if not problems:
        return ""
    said = []
    for one in problems[:_TOLD]:
        if one.renamed:
            said.append(_renamed_text(one, written))
            continue
        text = _("“{name}” can't be read. {why} It is left out.")
        if one.rows_from is not None:
            text = _("“{name}” can't be read. {why} Its rows from {time} are shown.")
        time = written(datetime.fromtimestamp(one.rows_from or 0, UTC))
        said.append(text.format(name=one.name, why=one.why, time=time))
    if (more := len(problems) - _TOLD) > 0:
        text = ngettext("{count} more file can't be read.", "{count} more files can't be read.", more)
        said.append(text.format(count=number(more)))
    broken = sum(not one.renamed for one in problems)
    if broken:
        said.append(ngettext("Correct the file, then refresh.", "Correct the files, then refresh.", broken))
    if broken < len(problems):
        said.append(_("Refresh the data to choose which column it is."))
    return " ".join(said)


def _renamed_text(problem: FileProblem, written: Callable[[datetime], str]) -> str:
    """Which columns of a file may be renamed, and what is shown until that is known."""
    if problem.rows_from is None:
        return problem.why
    text = _("{what} Its rows from {time} are shown.")
    return text.format(what=problem.why, time=written(datetime.fromtimestamp(problem.rows_from, UTC)))


def wrong_lines_count(count: int) -> str:
    """How many lines don't fit: `3 lines don't fit`."""
    return ngettext("{count} line doesn't fit", "{count} lines don't fit", count).format(count=number(count))


def wrong_lines_text(source: SourceSummary) -> str:
    """How many lines of a source don't fit, and where the first of them is, as a sentence; empty if all fit."""
    if not source.wrong_lines:
        return ""
    said = wrong_lines_count(source.wrong_lines)
    if source.first_wrong is None:
        return f"{said}."
    first = source.first_wrong
    text = _("{lines}: line {line} of “{file}”.") if source.wrong_lines == 1 else _(
        "{lines}, the first of them line {line} of “{file}”."
    )  # fmt: skip
    return text.format(lines=said, line=number(first.line), file=first.file)


def live_text(name: str, state: LiveState, written: Callable[[datetime], str]) -> str:
    """What keeps the values of the live bus of the source `name` from being those of now, and what to do; empty if
    nothing does. Times are as `written` writes them."""
    if state.problem:
        return _("The signals of “{name}” can't be decoded. {why}").format(name=name, why=state.problem)
    if state.receives:
        if not state.dropped:
            return ""
        lost = ngettext("{count} frame was lost", "{count} frames were lost", state.dropped)
        text = _("{frames}: this computer is too slow for the bus.")
        return text.format(frames=lost.format(count=number(state.dropped)))
    if state.until is None:
        return _("“{name}” isn't connected. Connect its dongle and open the live bus.").format(name=name)
    text = _("“{name}” isn't connected: values until {time}. Connect its dongle and open the live bus to go on.")
    return text.format(name=name, time=written(state.until))


def original_gone_text(source: SourceSummary, copied_at: str) -> str:
    """What becomes of a copy whose original isn't there any more, and what to do."""
    text = _(
        "The original file was renamed, moved or deleted. The copy from {time} still works. "
        "To refresh it, find the file or put it back."
    )
    if source.is_folder:
        text = _(
            "The original folder was renamed, moved or deleted. The copy from {time} still works. "
            "To refresh it, find the folder or put it back."
        )
    return text.format(time=copied_at)


def status_title(source: SourceSummary, news: FileNews, problems: Sequence[FileProblem] = ()) -> str:
    """The status of a source in words, the same in the window and in the tables of commands."""
    if source.live_state is not None and source.status != "error":
        return _("Live") if source.live_state.receives else _("Not connected")
    if source.renamed or (problems and all(one.renamed for one in problems)):
        return _("Column renamed")
    if source.status == "error":
        return _("Error")
    if problems:
        return _("Unreadable")
    if news == "original_gone":
        return _("Original missing")
    if source.is_folder and news:
        return {"moved": _("Folder missing"), "changed": _("Folder changed")}[news]
    if news:
        return {"moved": _("File missing"), "changed": _("File changed")}[news]
    return wrong_lines_count(source.wrong_lines) if source.wrong_lines else _("Up to date")


def _named(names: Sequence[str]) -> str:
    shown = names[:_NAMED]
    return ", ".join(shown) + ("…" if len(names) > len(shown) else "")

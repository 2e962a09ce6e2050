"""Imports a dashboard from a file: read and checked on a worker, stored in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QWidget

from benchboard.dashboards import interchange, library
from benchboard.dashboards.document.document import MAX_NAME, Document
from benchboard.dashboards.grafana_sources import document_over_sources
from benchboard.dashboards.interchange import ConversionReport
from benchboard.dashboards.layout import decode
from benchboard.dashboards.library import StoredDashboard
from benchboard.errors import Invalid, Unavailable
from benchboard.i18n import _, system_reason
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress

MAX_FILE: Final = 8 * 1024 * 1024
"""Bytes; twice the limit of a document, for indented files."""

IMPORT_NOTICE: Final = "studio.import"
"""The key of the failure notice: the newest replaces the one before."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A dashboard made from a file, and the report of its conversion."""

    dashboard: StoredDashboard
    report: ConversionReport


def read_file(
    path: Path, convert: Callable[[object], tuple[Document, ConversionReport]] = interchange.document_of
) -> tuple[Document, ConversionReport]:
    """The dashboard in a file: Benchboard's of any version, or Grafana's; `convert` makes a document of its content.

    Raises `Invalid` with one sentence that names the file and the error in it.
    """
    try:
        with path.open("rb") as stream:
            value = decode(stream.read(MAX_FILE + 1), max_bytes=MAX_FILE)
        interchange.require_dashboard(value)
        return convert(value)
    except OSError as error:
        what = _("Can't read {file}.").format(file=path.name)
        raise Invalid("import.file", what, why=system_reason(error)) from error
    except Invalid as error:
        do = error.do or _("Use a JSON file of a dashboard that Benchboard or Grafana exported.")
        # More often a file that was cut off, or another one, than a slip in it.
        if error.code == "layout.not-json" and error.do:
            do = _("Correct it, or use a JSON file of a dashboard that Benchboard or Grafana exported.")
        raise Invalid(
            error.code,
            _("Can't import a dashboard from {file}.").format(file=path.name),
            why=" ".join(part for part in (error.what, error.why) if part),
            do=do,
            **error.facts,
        ) from error


def import_dashboard(context: Context, owner: QWidget, path: str, done: Callable[[Imported], None]) -> None:
    """Import a file as a dashboard of the actor; `done` is called once it is stored."""
    file, actor = Path(path), context.actor

    def op(progress: Progress) -> Imported:
        with context.database.read() as session:
            document, report = read_file(file, partial(document_over_sources, session, actor))
        progress.check()
        name = document.title or file.stem[:MAX_NAME]
        with context.database.change() as session:
            made = library.create(session, actor, document, name=name, imported=True)
        return Imported(made, report)

    def arrived(imported: Imported) -> None:
        context.problems.dismiss(IMPORT_NOTICE)
        done(imported)

    context.tasks.run(
        owner,
        op,
        arrived,
        lambda error: context.problems.show(error, act="" if isinstance(error, Unavailable) else IMPORT_NOTICE),
        title=_("Importing {file}").format(file=file.name),
    )

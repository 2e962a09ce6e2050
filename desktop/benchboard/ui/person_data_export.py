"""Exports everything that is held about a person: asks where, writes the ZIP on a worker, and says so."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, ngettext, number
from benchboard.identity import person_export
from benchboard.storage.search_text import fold
from benchboard.ui.context import Context
from benchboard.ui.file_export import ask_file, save_file
from benchboard.ui.tasks import Progress


def export_person_data(context: Context, owner: QWidget, user_id: str, name: str) -> None:
    """Ask for a file and write it; it is in the audit log before it is written. The status bar shows how far it is, and
    stops it.
    """

    def encode(progress: Progress) -> tuple[bytes, int]:
        def report(done: int, total: int) -> None:
            text = _("{done} of {total} records").format(done=number(done), total=number(total))
            progress.report(done, total, text)
            progress.check()

        with context.database.read() as session:
            made = person_export.export_person(session, context.actor, user_id, report)
        progress.check()
        with context.database.change() as session:
            person_export.record_export(session, context.actor, user_id, made.records)
        return made.content, made.records

    def write(path: Path) -> None:
        def saved(records: int) -> str:
            text = ngettext("Exported {count} record to {file}", "Exported {count} records to {file}", records)
            return text.format(count=number(records), file=path.name)

        save_file(context, owner, path, encode, saved=saved)

    file = "-".join(part for part in fold(name).split() if part.isalnum()) or "person"
    ask_file(owner, _("Export data of {name}").format(name=name), f"{file}.zip", "ZIP", write,
             dialog_name="export_person_data")  # fmt: skip

"""`benchboard dashboard data`: the data of a dashboard's widgets as an Excel file."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from benchboard.analytics.table_export.excel_file import excel_file
from benchboard.analytics.table_export.formats import as_text_note
from benchboard.cli.command_context import CommandContext, with_context
from benchboard.cli.file_output import overwrite_option, require_writable, write_output_file
from benchboard.dashboards import library
from benchboard.dashboards.data_sheets import widget_sheets
from benchboard.dashboards.editing.view import ReaderState, render
from benchboard.i18n import _, ngettext


@click.command("data")
@click.argument("which", metavar="DASHBOARD")
@click.option("--out", "file", required=True, type=click.Path(allow_dash=True, path_type=Path), metavar="FILE",
              help="Excel file to write, such as line2.xlsx; - for standard output.")  # fmt: skip
@overwrite_option
@with_context
def data(context: CommandContext, which: str, file: Path, overwrite: bool) -> None:
    """Write the data of a dashboard's widgets to an Excel file, one sheet per widget.

    The queries use the dashboard's own time range and variable values.

    \b
    Example:
      benchboard dashboard data "Line 2" --out line2.xlsx
    """
    if str(file) != "-" and file.suffix.lower() != ".xlsx":
        raise click.UsageError(_("The file is written as Excel. Choose a name that ends in .xlsx."))
    require_writable(file, overwrite=overwrite)
    with context.database.read() as session:
        card = library.get_summary_matching(session, context.actor, which)
        document = replace(library.get_dashboard(session, context.actor, card.id).document, title=card.name)
        view = render(document, ReaderState(repeats="expanded"))
        sheets = widget_sheets(session, context.actor, view, datetime.now(UTC), labels={})
    made = excel_file(sheets)
    failed = [sheet for sheet in sheets if sheet.error is not None]
    if str(file) == "-":
        click.echo(made.content, nl=False)
    else:
        write_output_file(file, made.content)
        sentence = ngettext(
            "Wrote the data of {count} widget to {file}.", "Wrote the data of {count} widgets to {file}.", len(sheets)
        )
        context.report(
            sentence.format(count=len(sheets), file=file),
            file=str(file),
            widgets=len(sheets),
            failed=len(failed),
            as_text=made.as_text,
        )
    for sheet in failed:
        click.echo(_("“{name}”: {error}").format(name=sheet.title, error=sheet.error), err=True)
    if note := as_text_note(made.as_text):
        click.echo(note, err=True)

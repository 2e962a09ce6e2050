"""Dialog that asks which part of a page to export, in which format and to which file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.dashboards.editing.unused_filters import UnusedFilters
from benchboard.dashboards.layout import PageIndex
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _, in_sentence, ngettext
from benchboard.ui.file_export import ask_file
from benchboard.ui.studio.import_export import page_export
from benchboard.ui.studio.import_export.page_export import Answers, Format, PageExport
from benchboard.ui.studio.tiles.expanded_page import ExpandedPage
from benchboard.ui.studio.tiles.hidden_series import hidden_names, hidden_text
from benchboard.ui.studio.tiles.page_picture import PagePicture
from benchboard.ui.studio.tiles.tile_notes import filters_text
from benchboard.ui.widgets import Paragraph
from benchboard.ui.widgets.buttons import Button, SegmentedControl
from benchboard.ui.widgets.dialog import Dialog
from benchboard.ui.widgets.fields import Field

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_SIZE: Final = QSize(440, 340)
_FORMS: Final[tuple[Format, ...]] = ("png", "svg", "pdf")


class ExportDialog(Dialog):
    """`width` is the page's width on screen at 100 %, in pixels, and the picture's.

    `form` is selected first: `png`, `svg`, `pdf` or `print`; `facts` say what the page is filtered by, and `unused`
    what of that each of its widgets doesn't use. An `expanded_page` is exported instead of the page, once its queries
    have finished.
    """

    def __init__(
        self,
        owner: QWidget,
        context: "Context",
        page: PageIndex,
        answers: Answers,
        *,
        width: float,
        selection: tuple[str, ...],
        title: str,
        form: str,
        facts: Sequence[str] = (),
        unused: Mapping[str, UnusedFilters] | None = None,
        expanded_page: ExpandedPage | None = None,
    ) -> None:
        super().__init__(owner, _("Export dashboard"), size=_SIZE, name="studio_export_dialog")
        self._owner, self._context, self._page, self._results = owner, context, page, answers
        self._width, self._title_text, self._facts, self._unused = width, title, tuple(facts), unused or {}
        self._selection = tuple(item_id for item_id in selection if item_id in page.shown)
        self._expanded_page = expanded_page
        count = len(self._selection)  # the number of selected widgets, however many copies of them are exported
        if expanded_page is not None:
            self._page, self._results = expanded_page.page, expanded_page.result
            self._unused = expanded_page.unused_filters
            self._selection = expanded_page.copies(self._selection)
        self._make_controls(count)
        if self._selection:
            what: QWidget = Field(_("Content"), self._part)
        else:
            self._part.hide()
            what = Paragraph(
                _("Exports the whole dashboard. To export only some widgets, select them first."),
                tone="secondary",
            )
        for field in (what, Field(_("Format"), self._form), self._scaled, self._size_note):
            self.content.addWidget(field)
        self.content.addStretch(1)
        self.add_button(Button(_("Cancel"), self.leave, name="export_cancel"))
        self._export_button = self.add_button(Button("", self._accept, kind="primary", name="export_go"))
        for control in (self._part, self._form, self._scale):
            control.selected.connect(lambda _key: self._update_note())
        self._form.set_current(form)
        if expanded_page is not None:
            expanded_page.setParent(self)
            expanded_page.ready.connect(self._update_button)
            self.dismissed.connect(expanded_page.cancel)
        self._update_button()
        self._update_note()

    def _make_controls(self, count: int) -> None:
        """Make the controls for content, format and scale; `count` widgets are selected."""
        words = ngettext("{count} selected widget", "{count} selected widgets", count)
        parts = [("whole", _("Whole dashboard"))]
        parts += [("chosen", words.format(count=count))] if self._selection else []
        self._part = SegmentedControl(parts, label=_("Content"), parent=self)
        forms = [("png", _("PNG")), ("svg", _("SVG")), ("pdf", _("PDF")), ("print", _("Print"))]
        self._form = SegmentedControl(forms, label=_("Format"))
        self._scale = SegmentedControl([(str(k), f"{k} ×") for k in (1, 2, 3)], label=_("Scale"))
        self._scale.set_current("2")
        self._scaled = Field(_("Scale"), self._scale)
        self._size_note = Paragraph("", "caption", "muted")

    def _sheet(self) -> PagePicture:
        chosen = self._selection if self._part.current() == "chosen" else ()
        return PagePicture.of(self._page, self._width, chosen, self._unused)

    def _update_note(self) -> None:
        form = self._form.current()
        self._scaled.setVisible(form == "png")
        self._export_button.setText(_("Print…") if form == "print" else _("Save…"))
        size = page_export.size_of(self._sheet(), self.facts(self._sheet()))
        if form == "png":
            scale = int(self._scale.current())
            facts = {"width": round(size.width() * scale), "height": round(size.height() * scale)}
            self._size_note.setText(_("{width} × {height} pixels, in screen colours.").format(**facts))
        elif form == "svg":
            self._size_note.setText(_("Sharp at any size, in screen colours."))
        elif form == "pdf":
            self._size_note.setText(_("One page sized to fit, in print colours."))
        else:
            self._size_note.setText(_("Fits the paper width and breaks between widgets, in print colours."))

    def facts(self, sheet: PagePicture) -> tuple[str, ...]:
        """What a sheet is filtered by, which of its widgets aren't, and how many series its legends hide."""
        widgets = ((widget_of(sheet.page.item(name)), self._results(name)) for name in sheet.ids)
        hidden = sum(len(hidden_names(widget, result)) for widget, result in widgets)
        return tuple(part for part in (*self._facts, *_unused_texts(sheet), hidden_text(hidden)) if part)

    def _update_button(self) -> None:
        """Disable the export until the queries of all copies have finished."""
        loading = self._expanded_page is not None and self._expanded_page.busy
        self._export_button.disable(_("Repeated widgets are still loading.") if loading else "")

    def _accept(self) -> None:
        if not self._export_button.isEnabled():
            return
        form, sheet = self._form.current(), self._sheet()
        scale = int(self._scale.current())
        if self._expanded_page is not None:  # close the expanded page with this dialog
            self._results = {name: self._expanded_page.result(name) for name in sheet.ids}.get
        self.dismiss()
        if form == "print":
            self.print_page(sheet)
        else:
            self._export(sheet, next(known for known in _FORMS if known == form), scale)

    def _export(self, sheet: PagePicture, form: Format, scale: int) -> None:
        context, owner, answers, title = self._context, self._owner, self._results, self._title_text
        facts = self.facts(sheet)
        name = f"{page_export.file_name(title)}.{form}"

        def write(path: Path) -> None:
            try:
                PageExport(context, sheet, answers, title, owner, facts).start(form, path, scale=scale)
            except Invalid as error:
                context.problems.show(error)

        ask_file(owner, _("Export dashboard"), name, form.upper(), write)

    def print_page(self, sheet: PagePicture) -> None:
        context, owner, answers = self._context, self._owner, self._results
        title = self._title_text
        foot = " · ".join(part for part in (title, *self.facts(sheet)) if part)

        def known(names: list[str]) -> None:
            if not names:
                context.problems.show(page_export.no_printer())
                return
            from PySide6.QtPrintSupport import QPrintDialog, QPrinter

            printer = QPrinter()
            printer.setDocName(title)
            dialog = QPrintDialog(printer, owner.window())

            def go() -> None:
                try:
                    page_export.print_sheet(printer, sheet, answers, foot)
                except AppError as error:
                    context.problems.show(error)

            dialog.accepted.connect(go)
            dialog.finished.connect(dialog.deleteLater)
            dialog.show()

        context.tasks.run(owner, lambda _progress: page_export.printers(), known, title=_("Looking for printers"))


def _unused_texts(sheet: PagePicture) -> list[str]:
    """Which of a sheet's widgets don't use which filters: a picture has no tooltips."""
    titles: dict[str, list[str]] = {}
    for name in sheet.ids:
        if (unused := sheet.unused.get(name)) is not None:
            widget = widget_of(sheet.page.item(name))
            titles.setdefault(filters_text(unused), []).append(f"“{widget.title or widget.kind_name}”")
    return [
        _("{filters}: {widgets}").format(filters=text, widgets=in_sentence(list(dict.fromkeys(names))))
        for text, names in titles.items()
    ]

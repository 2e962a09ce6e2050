"""What a page does by name: the acts of the table, carried out."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import shiboken6
from PySide6.QtCore import QObject, Qt

from benchboard.dashboards import defining
from benchboard.dashboards.defining import Row
from benchboard.dashboards.document import Variable
from benchboard.dashboards.expanding import has_repeats
from benchboard.dashboards.templates import Template, begun
from benchboard.dashboards.wording import chosen_line
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext
from benchboard.ui.problems import Action
from benchboard.ui.studio.canvas import chosen
from benchboard.ui.studio.document import choices
from benchboard.ui.studio.document.edits import way_back
from benchboard.ui.studio.document.recovering import VARIABLES
from benchboard.ui.studio.exchange import handing
from benchboard.ui.studio.exchange.deeds import Rename
from benchboard.ui.studio.exchange.exportdialog import ExportDialog
from benchboard.ui.studio.panes.gallery import Gallery
from benchboard.ui.studio.panes.keysheet import KeySheet
from benchboard.ui.studio.panes.toolbar import CHANGING, OF_MANY
from benchboard.ui.studio.panes.variablesheet import VariablesSheet
from benchboard.ui.studio.tiles.pagegrid import MARGIN
from benchboard.ui.studio.tiles.spread import Spread

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.studio.page import StudioPage

_WHILE_PRESENTING: Final = frozenset((
    "present", "desktop", "tablet", "phone", "zoom_in", "zoom_out", "zoom_reset",
    "fit", "save", "print", "export_png", "export_svg", "export_pdf", "ask_variables",
))  # fmt: skip
_VARIABLES_BROUGHT: Final = "studio.variables-brought-back"
_WHILE_VIEWING: Final = frozenset(("undo", "redo", "save", "print", "export_png", "export_svg", "export_pdf", "keys"))


class Doing(QObject):
    """Does on a page what an act is called, where that may be done now."""

    def __init__(self, context: "Context", page: "StudioPage") -> None:
        super().__init__(page)
        self._context, self._page = context, page

    def acts(self) -> dict[str, Callable[[], object]]:
        """What each act of the table does here."""
        ask = partial(self._page.finder.open, self._page.bar.find_anchor)
        return {
            "undo": self._page.undo,
            "redo": self._page.redo,
            "save": self._page.save,
            "find": ask,
            "find_next": lambda: self._page.finder.next(1, ask),
            "find_previous": lambda: self._page.finder.next(-1, ask),
            "outline": lambda: self._page.show_pane("outline", self._page.outline),
            "add": lambda: self._page.show_pane("add", self._page.palette_pane.search),
            "zoom_in": lambda: self._page.canvas.zoom_by(1),
            "zoom_out": lambda: self._page.canvas.zoom_by(-1),
            "zoom_reset": lambda: self._page.canvas.set_zoom(1.0),
            "fit": self._page.canvas.fit,
            "desktop": lambda: self._show_breakpoint(""),
            "tablet": lambda: self._show_breakpoint("tablet"),
            "phone": lambda: self._show_breakpoint("phone"),
            "follow": self._page.device.follow_desktop,
            "fold_left": lambda: self._page.fold("left"),
            "fold_right": lambda: self._page.fold("right"),
            "copies": self._page.copies.turn,
            "json": self._page.show_json,
            "present": self._page.presentation.end if self._page.presentation.on else self._page.presentation.begin,
            "export_png": lambda: self._export("png"),
            "export_svg": lambda: self._export("svg"),
            "export_pdf": lambda: self._export("pdf"),
            "export_json": lambda: self._hand_on("json"),
            "export_grafana": lambda: self._hand_on("grafana"),
            "print": lambda: self._export("print"),
            "templates": self._offer_templates,
            "keys": lambda: KeySheet(self._page).open(),
            "variables": self._define_variables,
            "ask_variables": self._ask_variables,
            "rename_dashboard": self._rename,
            "share": lambda: self._page.screens.share(self._page.name),
            "versions": self._page.screens.versions,
            "name_version": self._page.screens.name_version,
            "choose_all": self._page.editor.choose_all,
        }

    def do(self, key: str) -> None:
        """Do what an act of the table is called."""
        run = self.acts().get(key) or chosen.run_of(self._page.canvas, key)
        if self._page.editor.read_only and key in CHANGING:
            self._context.problems.toast(self._page.editor.why_not)
        elif self._page.shelf.dashboard_id is None and key in OF_MANY:
            self._context.problems.toast(
                _("The home page is yours alone and keeps no versions. Dashboards can be shared and do.")
            )
        elif run is not None:
            if key not in _WHILE_VIEWING:
                self._page.viewing.close()
            if key not in _WHILE_PRESENTING:
                self._page.presentation.end()
            if key in CHANGING and key != "save":
                self._page.copies.hide()
            run()

    def _show_breakpoint(self, name: str) -> None:
        self._page.commit()
        self._page.canvas.cancel()
        self._page.editor.show_breakpoint(name)
        self._page.bar.show_breakpoint(name)

    def _export(self, form: str) -> None:
        page = self._page
        if not page.editor.page.shown:
            self._context.problems.toast(_("The page is empty: there is nothing to export yet."))
            return
        page.commit()
        width = max(float(page.canvas.viewport().width()), page.canvas.narrowest + 2 * MARGIN)
        spread = None
        if not page.editor.spread and has_repeats(page.editor.document):
            spread = Spread(self._context, page.editor, page)
        ExportDialog(
            page, self._context, page.editor.shown_page, page.feeds.answer, width=width, chosen=page.editor.chosen,
            title=page.name, form=form, told=chosen_line(page.editor.seen.variables, page.editor.labels), spread=spread,
        ).open()  # fmt: skip

    def _hand_on(self, form: str) -> None:
        page = self._page
        page.commit()
        handing.ask_where(self._context, page, page.editor.document, page.name, form, page.finder.go)

    def _offer_templates(self) -> None:
        Gallery(self._page, self.begin_from).open()

    def begin_from(self, template: Template) -> None:
        """Put a template's widgets in the place of what is there, as one step."""
        document = begun(self._page.editor.document, template)
        if self._page.shelf.dashboard_id is None:
            document = replace(document, title=self._page.editor.document.title)  # it goes on being the home page
        elif self._page.name == _("New dashboard"):
            document = replace(document, title=_(template.title))  # nobody has named it yet
        self._page.editor.choose(())
        self._page.editor.replace(_("Start from {title}").format(title=_(template.title)), document)
        self._page.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _rename(self) -> None:
        """Ask for another name, and take it as a step."""
        dialog = Rename(self._page.window(), self._page.name)
        dialog.named.connect(
            lambda name: self._page.editor.amend(
                _("Rename the dashboard to {name}").format(name=name), replace(self._page.editor.document, title=name)
            )
        )
        dialog.open()

    def _ask_variables(self) -> None:
        if not self._page.offers.asks:
            self._context.problems.toast(_("No variable of this page is answered by a query."))
        self._page.offers.refresh()

    def _define_variables(self) -> None:
        self._open_variables(self._page.saving.recovering.written(VARIABLES))

    def _open_variables(self, draft: str | None) -> None:
        page = self._page
        sheet = VariablesSheet(page, self._context, page.editor.document, page.editor.seen.chosen)
        sheet.taken.connect(self._take_variables)
        sheet.dropped.connect(self._leave_variables)
        if draft is not None:
            sheet.go_on(draft)
        sheet.drafted.connect(partial(page.saving.recovering.draft, VARIABLES))
        self._context.problems.dismiss(_VARIABLES_BROUGHT)
        sheet.open()

    def _leave_variables(self, draft: str, why: str = "") -> None:
        """Say that what was written is not taken, with a way back to it."""

        def go_on() -> None:
            if shiboken6.isValid(self):
                self._page.go_here()
                self._open_variables(draft)

        said = _("The variables stay as they were.")
        self._context.problems.toast(" ".join(part for part in (why, said) if part), go_on)

    def offer_variables(self) -> None:
        """Say that the variables were being defined when the program ended, and lead there."""
        self._context.problems.notice(
            _("What you were changing in the variables of “{name}” was brought back.").format(name=self._page.name),
            _("It is not on the page until you take it."),
            Action(_("Open the variables"), partial(self.do, "variables")),
            key=_VARIABLES_BROUGHT,
        )

    def _take_variables(self, rows: list[Row], base: tuple[Variable, ...]) -> None:
        editor, problems = self._page.editor, self._context.problems
        if not editor.editable:  # the right went while the sheet was open, or copies were shown
            self._leave_variables(defining.written(rows, base), editor.why_not)
            return
        before = editor.document
        try:
            variables, clashes = defining.brought_together(base, rows, before.variables)
            choices.define(editor, variables, defining.names_of(rows))
        except Invalid as error:
            problems.show(error)
            self._leave_variables(defining.written(rows, base))
            return
        if clashes and editor.document is not before:
            names = ", ".join(_("“{name}”").format(name=name) for name in clashes)
            told = ngettext("{names} was changed elsewhere too: yours was taken.",
                            "{names} were changed elsewhere too: yours were taken.", len(clashes))  # fmt: skip
            problems.toast(told.format(names=names), way_back(editor.stack))

"""What the commands of a page do, and when each is available."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

import shiboken6
from PySide6.QtCore import QObject, Qt

from benchboard.analytics.queries import ResultTable, run_query
from benchboard.dashboards.document import time_range
from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.document.time_range import Period, TimeRange
from benchboard.dashboards.document.widget_kinds import KINDS
from benchboard.dashboards.editing.drafts import VARIABLES
from benchboard.dashboards.editing.unused_filters import unused_filters
from benchboard.dashboards.templates import TEMPLATES, Template, apply_template
from benchboard.dashboards.variables import variable_editing
from benchboard.dashboards.variables.repeat_expansion import has_repeats
from benchboard.dashboards.variables.variable_editing import VariableRow
from benchboard.errors import Invalid
from benchboard.i18n import N_, _, ngettext
from benchboard.ui.commands import REGISTRY, Command, CommandGroup, Handler, Handlers, can_run, run_handler
from benchboard.ui.problems import Action
from benchboard.ui.studio.canvas.selection_commands import SELECTION_COMMANDS, selection_handlers
from benchboard.ui.studio.canvas.widget_buttons import button_handlers
from benchboard.ui.studio.data_access import can_have_orders, widgets_denied
from benchboard.ui.studio.import_export import json_export
from benchboard.ui.studio.import_export.data_export import ask_and_export_all_data
from benchboard.ui.studio.import_export.export_dialog import ExportDialog
from benchboard.ui.studio.library.dashboard_actions import RenameDialog
from benchboard.ui.studio.outdated_sources import OutdatedSources
from benchboard.ui.studio.page_filters import filter_facts
from benchboard.ui.studio.panes.template_gallery import TemplateGallery
from benchboard.ui.studio.panes.time_range_field import usage
from benchboard.ui.studio.panes.variables_dialog import VariablesDialog
from benchboard.ui.studio.rotation import interval_of
from benchboard.ui.studio.tiles.expanded_page import ExpandedPage
from benchboard.ui.studio.tiles.page_grid import MARGIN
from benchboard.ui.studio.tiles.renderers import no_rows_texts
from benchboard.ui.window_commands import SHORTCUTS

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.studio.editor_page import StudioPage

REGISTRY.register(*(
    Command(
        f"studio.add_widget.{kind.type}", N_("Add widget: {subject}"), CommandGroup.NAVIGATE, (), kind.icon,
        N_("insert, create, new widget, new panel, add panel"), subject=kind.title,
    )
    for kind in KINDS
))  # fmt: skip


Mode = Literal["presentation", "enlarged", "preview"]
"""What the page can show instead of its normal view: a presentation, an enlarged widget, or a preview of repeats."""
_ENTER_TABLE: Final = "studio.enter_table"
_RENAME: Final = "studio.rename_dashboard"
_WORKS_OVER_SCREENS: Final = frozenset({"studio.open_dashboard"})
"""What doesn't concern the page that is hidden behind its versions or a conflict."""
_KEEPS_PRESENTATION: Final[frozenset[Mode]] = frozenset({"presentation"})
_KEEPS_VIEW: Final[frozenset[Mode]] = frozenset({"presentation", "enlarged"})


@dataclass(frozen=True, slots=True)
class PageCommand:
    """What a command does on a page.

    One that `edits` needs edit permission; one that is `shared_only` is not for the home page. Before it runs, it ends
    the modes that are not in `keeps`; the preview of repeats only if it edits.
    """

    run: Callable[[], object]
    why_not: Callable[[], str] = lambda: ""
    edits: bool = False
    shared_only: bool = False
    keeps: frozenset[Mode] = frozenset()

    def ends(self, mode: Mode) -> bool:
        """Whether it ends this mode of the page."""
        return mode not in self.keeps and (mode != "preview" or self.edits)


class PageCommands(QObject):
    """Runs the commands of a page."""

    def __init__(self, context: "Context", page: "StudioPage") -> None:
        super().__init__(page)
        self._context, self._page = context, page
        self._outdated = OutdatedSources(context, page, page.query_runner)
        self._commands = {f"studio.{name}": command for name, command in self._table().items()}

    def _table(self) -> dict[str, PageCommand]:
        page, finder = self._page, self._page.finder
        find = partial(finder.open, page.bar.find_anchor)
        return {
            "undo": PageCommand(page.undo, partial(self._why_no_step, "undo"), keeps=frozenset({"enlarged"})),
            "redo": PageCommand(page.redo, partial(self._why_no_step, "redo"), keeps=frozenset({"enlarged"})),
            "save": PageCommand(page.save, edits=True, keeps=_KEEPS_VIEW | {"preview"}),
            "open_dashboard": PageCommand(partial(self._context.go, "studio/dashboards/list")),
            "find": PageCommand(find),
            "find_next": PageCommand(lambda: finder.next(1, find)),
            "find_previous": PageCommand(lambda: finder.next(-1, find)),
            "show_outline": PageCommand(lambda: page.show_pane("outline", page.outline)),
            "show_add_pane": PageCommand(lambda: page.show_pane("add", page.palette_pane.search), edits=True),
            "zoom_in": PageCommand(lambda: page.canvas.zoom_by(1), keeps=_KEEPS_PRESENTATION),
            "zoom_out": PageCommand(lambda: page.canvas.zoom_by(-1), keeps=_KEEPS_PRESENTATION),
            "zoom_reset": PageCommand(lambda: page.canvas.set_zoom(1.0), keeps=_KEEPS_PRESENTATION),
            "zoom_to_fit": PageCommand(page.canvas.fit, keeps=_KEEPS_PRESENTATION),
            "desktop": PageCommand(partial(self._show_breakpoint, ""), keeps=_KEEPS_PRESENTATION),
            "tablet": PageCommand(partial(self._show_breakpoint, "tablet"), keeps=_KEEPS_PRESENTATION),
            "phone": PageCommand(partial(self._show_breakpoint, "phone"), keeps=_KEEPS_PRESENTATION),
            "reset_to_desktop": PageCommand(page.device.follow_desktop, page.device.why_no_reset, edits=True),
            "toggle_left_pane": PageCommand(partial(page.fold, "left")),
            "toggle_right_pane": PageCommand(partial(page.fold, "right")),
            "preview_repeats": PageCommand(page.repeats_toggle.toggle),
            "show_json": PageCommand(page.show_json),
            "present": PageCommand(self._present, keeps=_KEEPS_PRESENTATION),
            "present_every": PageCommand(self._choose_interval),
            "export_png": PageCommand(partial(self._export, "png"), self._why_no_export, keeps=_KEEPS_VIEW),
            "export_svg": PageCommand(partial(self._export, "svg"), self._why_no_export, keeps=_KEEPS_VIEW),
            "export_pdf": PageCommand(partial(self._export, "pdf"), self._why_no_export, keeps=_KEEPS_VIEW),
            "export_all_data": PageCommand(self._export_all_data, self._why_no_queries, keeps=_KEEPS_VIEW),
            "export_json": PageCommand(partial(self._export_file, "json")),
            "export_grafana": PageCommand(partial(self._export_file, "grafana")),
            "print": PageCommand(partial(self._export, "print"), self._why_no_export, keeps=_KEEPS_VIEW),
            "start_from_template": PageCommand(
                self._offer_templates, partial(widgets_denied, self._context.actor), edits=True
            ),
            "edit_variables": PageCommand(self._edit_variables, edits=True),
            "refresh_variables": PageCommand(
                page.variable_runner.refresh, self._why_no_refresh, keeps=_KEEPS_PRESENTATION
            ),
            "time_range": PageCommand(
                page.variables.time_range.open_picker, self._why_no_time_range, keeps=_KEEPS_PRESENTATION
            ),
            "filters": PageCommand(page.filters.focus, page.filters.why_none, keeps=_KEEPS_PRESENTATION),
            "clear_filters": PageCommand(
                page.filters.clear_all, page.filters.why_nothing_to_clear, keeps=_KEEPS_PRESENTATION
            ),
            "time_earlier": PageCommand(
                partial(self._move_time_range, time_range.before), self._why_no_time_range, keeps=_KEEPS_PRESENTATION
            ),
            "time_later": PageCommand(
                partial(self._move_time_range, time_range.after), self._why_no_time_range, keeps=_KEEPS_PRESENTATION
            ),
            "time_wider": PageCommand(
                partial(self._move_time_range, lambda shown, now: time_range.wider(shown.period(now))),
                self._why_no_time_range,
                keeps=_KEEPS_PRESENTATION,
            ),
            "refresh_data": PageCommand(self._outdated.refresh, self._why_no_queries, keeps=_KEEPS_PRESENTATION),
            "rename_dashboard": PageCommand(self._rename, edits=True, shared_only=True),
            "share": PageCommand(lambda: page.screens.show_share_dialog(page.name), edits=True, shared_only=True),
            "show_versions": PageCommand(page.screens.show_versions, shared_only=True),
            "save_version": PageCommand(page.screens.name_version, edits=True, shared_only=True),
        } | {f"add_widget.{kind.type}": PageCommand(partial(page.add, kind), edits=True) for kind in KINDS}

    def announce_outdated(self) -> None:
        """After the refresh that follows, say of which files the widgets show an older copy."""
        if not self._why_no_queries():
            self._outdated.announce()

    def run(self, command_id: str) -> None:
        """Run a command, or show why it can't be run on this page."""
        if command_id == SHORTCUTS:
            self._context.run_command(command_id)
            return
        page, refuse = self._page, self._context.problems.refuse
        if (of_dashboard := page.dashboard_handlers().get(command_id)) is not None:
            run_handler(of_dashboard, refuse)
            return
        if page.screens.screen is not None and command_id not in _WORKS_OVER_SCREENS:
            refuse(page.screens.why_no_editing)
            return
        problem = page.saving.problem
        if page.saving.state == "failed" and problem is not None:
            refuse(problem.what)
            return
        command = self._commands.get(command_id) or self._of_selection(command_id)
        if page.editor.read_only and command.edits:
            refuse(page.editor.read_only_reason)
        elif page.store.dashboard_id is None and command.shared_only:
            refuse(_("Your home page is private and has no versions. To share or save versions, use a dashboard."))
        else:
            if command.ends("enlarged"):
                page.enlarged.close()
            if command.ends("presentation"):
                page.presentation.end()
            if command.ends("preview"):
                page.repeats_toggle.hide()
            run_handler(Handler(command.run, command.why_not), refuse)

    def handlers(self) -> Handlers:
        """The commands that are available on this page, in its present state and for this user."""
        page, may_change = self._page, not self._page.editor.read_only
        if page.screens.screen is not None:
            return page.screens.command_handlers()
        found = {SHORTCUTS: Handler(partial(self._context.run_command, SHORTCUTS))}
        if page.saving.state == "failed":
            return found
        for command_id, command in self._commands.items():
            if (may_change or not command.edits) and (page.store.dashboard_id is not None or not command.shared_only):
                found[command_id] = self._handler(command_id, command)
        if not may_change:
            del found["studio.undo"], found["studio.redo"]
        for command_id in selection_handlers(page.canvas):
            found[command_id] = self._handler(command_id, self._of_selection(command_id))
        found |= button_handlers(page.canvas)
        if not can_run(found, _ENTER_TABLE):
            found.pop(_ENTER_TABLE, None)  # there is no table to enter, and nobody looks for the reason
        if _RENAME in found and page.editor.selection:
            found[_RENAME] = found[_RENAME]._replace(has_key=False)  # the key renames what is selected
        return {**found, **page.dashboard_handlers()}

    def _handler(self, command_id: str, command: PageCommand) -> Handler:
        page, run = self._page, partial(self._page.run_when_loaded, command_id)
        ends_first = (page.presentation.on and command.ends("presentation")) or (
            page.editor.previews_copies and command.ends("preview")
        )
        # Whether the command can be run is known only after the modes have ended.
        return Handler(run) if ends_first else Handler(run, command.why_not)

    def _of_selection(self, command_id: str) -> PageCommand:
        """The command of the selection with this id."""
        command, canvas = SELECTION_COMMANDS[command_id], self._page.canvas
        edits = command_id == "studio.rename_widget"
        return PageCommand(partial(command.run, canvas), partial(command.why_not, canvas.editor), edits=edits)

    def _present(self) -> None:
        presentation = self._page.presentation
        if presentation.on:
            presentation.end()
        else:
            presentation.start()

    def _choose_interval(self) -> None:
        """Offer the intervals at which a presentation shows its next page."""
        context = self._context

        def choose(seconds: int) -> None:
            context.apply_settings(replace(context.settings, present_every=str(seconds or "")))

        self._page.bar.open_interval_menu(interval_of(context.settings.present_every), choose)

    def _why_no_step(self, which: Literal["undo", "redo"]) -> str:
        """Why there is nothing to undo or redo; text that is not committed yet counts as a step."""
        stack = self._page.editor.undo_stack
        if which == "redo":
            return "" if stack.can_redo() else _("Nothing to redo")
        return "" if stack.can_undo() or self._page.inspector.has_draft else _("Nothing to undo")

    def _why_no_export(self) -> str:
        return "" if self._page.editor.page.shown else _("There's nothing to export yet. Add a widget first.")

    def _why_no_refresh(self) -> str:
        return "" if self._page.variable_runner.has_queries else _("No variables here use a query.")

    def _show_breakpoint(self, name: str) -> None:
        self._page.commit()
        self._page.canvas.cancel()
        self._page.editor.show_breakpoint(name)
        self._page.bar.show_breakpoint(name)

    def _export(self, form: str) -> None:
        page = self._page
        page.commit()
        width = max(float(page.canvas.viewport().width()), page.canvas.narrowest + 2 * MARGIN)
        expanded_page = None
        if not page.editor.expands_repeats and has_repeats(page.editor.document):
            expanded_page = ExpandedPage(self._context, page.editor, page, page.query_runner)
        editor = page.editor
        ExportDialog(
            page, self._context, editor.rendered_page, page.query_runner.result, width=width,
            selection=editor.selection, title=page.name, form=form, facts=filter_facts(editor),
            unused=unused_filters(editor.state.view), expanded_page=expanded_page,
        ).open()  # fmt: skip

    def _export_all_data(self) -> None:
        self._page.commit()
        ask_and_export_all_data(self._context, self._page.canvas, self._page.name)

    def _export_file(self, form: str) -> None:
        page = self._page
        page.commit()
        json_export.choose_export_file(self._context, page, page.editor.document, page.name, form, page.finder.go_to)

    def _offer_templates(self) -> None:
        is_home = self._page.store.dashboard_id is None
        replaces = (
            _("This replaces your home page. You can undo it.")
            if is_home
            else _("This replaces everything on the dashboard. You can undo it.")
        )
        with_orders = can_have_orders(self._context.workspace.location)
        templates = [one for one in TEMPLATES if with_orders or not one.shows_orders]
        gallery = TemplateGallery(
            self._page, self.start_from_template, replaces if len(self._page.editor.layout) else "", templates
        )
        if not with_orders:
            text = _("The other templates show orders, which only the demo and a database server have.")
            gallery.show_no_data(text)
        gallery.open()
        if not with_orders:
            return
        actor = self._context.actor

        def show(table: ResultTable) -> None:
            if table.empty_relation:
                gallery.show_no_data(" ".join(no_rows_texts(table)))

        # Said before a template is chosen: all of them show orders. Who may not read them, reads so in each widget.
        self._context.tasks.read(
            gallery,
            lambda session: run_query(session, actor, "select id from orders", limit=1),
            show,
            lambda _error: None,
        )

    def start_from_template(self, template: Template) -> None:
        """Replace the page's widgets by a template's, as one step."""
        document = apply_template(self._page.editor.document, template)
        if self._page.store.dashboard_id is None:
            document = replace(document, title=self._page.editor.document.title)  # the home page keeps its title
        self._page.editor.select(())
        self._page.editor.replace_document(_("Start from {title}").format(title=_(template.title)), document)
        self._page.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _rename(self) -> None:
        """Ask for a new name and rename the dashboard, as a step."""
        dialog = RenameDialog(self._page.window(), self._page.name)
        dialog.name_entered.connect(self._page.editor.rename)
        dialog.open()

    def _why_no_queries(self) -> str:
        return "" if usage(self._page.editor)[1] else _("No widget on this page has a query.")

    def _why_no_time_range(self) -> str:
        if self._page.variables.time_range.isHidden():
            return self._why_no_queries() or _("No widget uses the time range.")
        return ""

    def _move_time_range(self, moved: Callable[[TimeRange, datetime], Period]) -> None:
        editor = self._page.editor
        try:
            editor.select_time(time_range.absolute(moved(editor.time_range, datetime.now(UTC))))
        except Invalid as error:
            self._context.problems.show(error)

    def _edit_variables(self) -> None:
        self._open_variables(self._page.saving.recovery.draft_text(VARIABLES))

    def _open_variables(self, draft: str | None) -> None:
        page = self._page
        editor = page.editor
        sheet = VariablesDialog(page, self._context, editor.document, editor.reader_document.chosen, editor.time_range)
        sheet.saved.connect(self._apply_variables)
        sheet.discarded.connect(self._variables_discarded)
        if draft is not None:
            sheet.restore_draft(draft)
        sheet.drafted.connect(partial(page.saving.recovery.record_draft, VARIABLES))
        page.saving.notices.dismiss(self._variables_notice)
        sheet.open()

    def _variables_discarded(self, draft: str, why: str = "") -> None:
        """Show that variable edits were discarded, with an action that reopens them."""

        def go_on() -> None:
            if shiboken6.isValid(self):
                self._page.go_here()
                self._open_variables(draft)

        sentence = _("The variables weren't changed.")
        self._context.problems.toast(" ".join(part for part in (why, sentence) if part), go_on, warning=True)

    @property
    def _variables_notice(self) -> str:
        return f"studio.variables-brought-back.{self._page.store.key}"

    def offer_variables_draft(self) -> None:
        """Show a notice that variable edits were recovered, with an action that opens them."""
        self._page.saving.notices.notice(
            _("Recovered your variable edits in “{name}”.").format(name=self._page.name),
            _("They don't apply until you save them."),
            Action(_("Open variables"), partial(self.run, "studio.edit_variables")),
            key=self._variables_notice,
        )

    def _apply_variables(self, rows: list[VariableRow], base: tuple[Variable, ...]) -> None:
        editor, problems = self._page.editor, self._context.problems
        if not editor.editable:  # edit permission was revoked while the dialog was open, or copies are shown
            self._variables_discarded(variable_editing.serialise_draft(rows, base), editor.read_only_reason)
            return
        before = editor.document
        try:
            variables, clashes = variable_editing.merge_rows(base, rows, before.variables)
            editor.define_variables(variables, variable_editing.renames_of(rows))
        except Invalid as error:
            problems.show(error)
            self._variables_discarded(variable_editing.serialise_draft(rows, base))
            return
        if clashes and editor.document is not before:
            names = ", ".join(_("“{name}”").format(name=name) for name in clashes)
            text = ngettext("{names} was also changed elsewhere. Your version was kept.",
                            "{names} were also changed elsewhere. Your versions were kept.", len(clashes))  # fmt: skip
            problems.toast(text.format(names=names), editor.undo_stack.undo_of_last())

"""The commands of Studio: their titles, shortcuts, icons and search terms, and the menus they are in.

What each does on a page is in `page_commands`; for selected items, in `canvas/selection_commands`.
"""

from typing import Final

from PySide6.QtCore import Qt

from benchboard.i18n import N_
from benchboard.ui.commands import REGISTRY, SHELL, WINDOW, Command, CommandScope, MenuSection
from benchboard.ui.commands import CommandGroup as Group
from benchboard.ui.window_commands import SHORTCUTS

DASHBOARDS: Final = CommandScope("studio.dashboards", SHELL)
"""The tabs of open dashboards, and the page below them."""
PAGE: Final = CommandScope("studio.page", DASHBOARDS)
PAGE_KEYS: Final = CommandScope("studio.page-keys", PAGE, None)
"""On a page, unless the focused widget, such as a field, handles the key itself."""
CANVAS: Final = CommandScope("studio.canvas", PAGE_KEYS, None)
TABLE: Final = CommandScope("studio.table", PAGE, None)
ENLARGED: Final = CommandScope("studio.enlarged", PAGE, None)
"""In a chart viewed full size."""
OUTLINE: Final = CommandScope("studio.outline", PAGE, None)
PRESENTATION: Final = CommandScope("studio.presentation", PAGE, None)
VERSIONS: Final = CommandScope("studio.versions", PAGE)
VERSION_LIST: Final = CommandScope("studio.version-list", VERSIONS, None)
CONFLICTS: Final = CommandScope("studio.conflicts", PAGE)
CONFLICT_KEYS: Final = CommandScope("studio.conflict-keys", CONFLICTS, None)
EXPLORE: Final = CommandScope("studio.explore", SHELL)
FIELDS: Final = CommandScope("studio.fields", EXPLORE, None)
"""The tables and columns beside Explore's query."""
QUERY_PARTS: Final = CommandScope("studio.query-parts", EXPLORE, None)
"""The parts of a query in the builder."""
SQL: Final = CommandScope("studio.sql", EXPLORE)
"""In the editor of Explore's SQL."""
SQL_FIELD: Final = CommandScope("studio.sql-field", WINDOW, None)
"""In any field for SQL, also in a dialog and in the inspector: it handles the keys itself."""
LIST: Final = CommandScope("studio.list", DASHBOARDS)
"""The list of dashboards."""
FOLDERS: Final = CommandScope("studio.folders", DASHBOARDS)
"""The pane of folders beside that list."""
VARIABLES: Final = CommandScope("studio.variables", WINDOW, Qt.ShortcutContext.WidgetShortcut)
"""The list in the Variables dialog."""

# fmt: off
REGISTRY.register(
    Command("studio.new_dashboard", N_("Create dashboard"), Group.DASHBOARDS, (), "ph.plus",
            N_("new dashboard, make, add, start, blank, empty")),
    Command("studio.import_dashboard", N_("Import dashboard"), Group.DASHBOARDS, (), "ph.upload-simple",
            N_("load, upload, open file, Grafana, JSON")),
    Command("studio.show_trash", N_("Open trash"), Group.DASHBOARDS, (), "ph.trash",
            N_("recycle bin, undelete, restore dashboard")),
    Command("studio.show_favourites", N_("Open favourites"), Group.DASHBOARDS, (), "ph.star",
            N_("starred, bookmarks")),
    Command("studio.show_recent", N_("Open recent dashboards"), Group.DASHBOARDS, (), "ph.clock-counter-clockwise",
            N_("last opened")),
    Command("studio.folders.create", N_("Create folder"), Group.DASHBOARDS, (), "ph.folder-plus",
            N_("new folder, directory, add")),
    Command("studio.folders.rename", N_("Rename folder"), Group.DASHBOARDS, ("F2",), "ph.pencil-simple", "", FOLDERS),
    Command("studio.folders.move", N_("Move folder"), Group.DASHBOARDS, ("M",), "ph.folder", "", FOLDERS),
    Command("studio.folders.delete", N_("Delete folder"), Group.DASHBOARDS, ("Del",), "ph.trash", "", FOLDERS,
            danger=True),
    Command("studio.explore_chart", N_("Make chart taller"), Group.EXPLORE, ("Alt+Shift+Down",), "ph.arrow-down",
            N_("resize, splitter, larger chart, smaller table, height"), EXPLORE),
    Command("studio.explore_table", N_("Make table taller"), Group.EXPLORE, ("Alt+Shift+Up",), "ph.arrow-up",
            N_("resize, splitter, larger table, smaller chart, height"), EXPLORE),
    Command("studio.explore_query_taller", N_("Make SQL editor taller"), Group.EXPLORE, ("Alt+Shift+PgDown",),
            "ph.arrow-down", N_("resize, splitter, larger editor, height"), EXPLORE),
    Command("studio.explore_query_shorter", N_("Make SQL editor shorter"), Group.EXPLORE, ("Alt+Shift+PgUp",),
            "ph.arrow-up", N_("resize, splitter, smaller editor, height"), EXPLORE),
    Command("studio.explore_run", N_("Run query"), Group.EXPLORE, ("Ctrl+Return",), "ph.play", N_("execute, refresh"),
            EXPLORE),
    Command("studio.explore_plan", N_("Show or hide plan"), Group.EXPLORE, ("Ctrl+Shift+L",), "ph.tree-structure",
            N_("explain, execution plan, cost, index"), EXPLORE),
    Command("studio.explore_export", N_("Export result as CSV"), Group.EXPLORE, ("Ctrl+Shift+E",), "ph.download-simple",
            N_("download, save rows, table data"), EXPLORE),
    Command("studio.explore_export_xlsx", N_("Export result as Excel"), Group.EXPLORE, (), "ph.download-simple",
            N_("download, save rows, spreadsheet, workbook"), EXPLORE),
    Command("studio.explore_export_parquet", N_("Export result as Parquet"), Group.EXPLORE, (), "ph.download-simple",
            N_("download, save rows, column file"), EXPLORE),
    Command("studio.explore_add", N_("Add to dashboard"), Group.EXPLORE, ("Ctrl+Shift+A",), "ph.plus",
            N_("save, widget, pin"), EXPLORE),
    Command("studio.explore_update", N_("Update widget"), Group.EXPLORE, ("Ctrl+Shift+U",), "ph.check",
            N_("save back, write back, dashboard"), EXPLORE),
    Command("studio.explore_sql", N_("Switch between builder and SQL"), Group.EXPLORE, ("Ctrl+E",), "ph.code",
            N_("edit as SQL, query builder"), EXPLORE),
    Command("studio.explore_format", N_("Format query"), Group.EXPLORE, ("Ctrl+Shift+F",), "ph.text-align-left",
            N_("beautify, pretty print, indent, tidy SQL"), EXPLORE),
    Command("studio.explore_history", N_("Show or hide query history"), Group.EXPLORE, ("Ctrl+H",),
            "ph.clock-counter-clockwise", N_("earlier queries, log, previous, recent"), EXPLORE),
    Command("studio.field_add", N_("Add column to query, in the list of columns"), Group.EXPLORE, ("Return",), "", "",
            FIELDS),
    Command("studio.field_menu", N_("Filter, group or measure by column, in the list of columns"), Group.EXPLORE,
            ("Shift+F10",), "", N_("drag, drop"), FIELDS),
    Command("studio.part_remove", N_("Remove part of query"), Group.EXPLORE, ("Del",), "", "", QUERY_PARTS),
    Command("studio.part_move", N_("Move part of query"), Group.EXPLORE, ("Alt+Left", "Alt+Right"), "",
            N_("drag, order, reorder"), QUERY_PARTS, N_("with a filter, group or measure focused")),
    Command("studio.sql_complete", N_("Suggest names and keywords"), Group.EXPLORE, ("Ctrl+Space",), "",
            N_("completion, autocomplete, IntelliSense, code assist"), SQL_FIELD),
    Command("studio.sql_older", N_("Previous query"), Group.EXPLORE, ("Ctrl+Up",), "", "", SQL),
    Command("studio.sql_newer", N_("Next query"), Group.EXPLORE, ("Ctrl+Down",), "", "", SQL),
    Command("studio.sql_fix", N_("Apply the suggested correction"), Group.EXPLORE, ("Alt+Return",), "", "", SQL),
    Command("studio.sql_comment", N_("Comment lines out or in"), Group.EXPLORE, ("Ctrl+/",), "", "", SQL),
    Command("studio.sql_duplicate", N_("Duplicate lines"), Group.EXPLORE, ("Ctrl+D",), "", "", SQL),
    Command("studio.explore_undo", N_("Undo"), Group.EXPLORE, ("Ctrl+Z",), "ph.arrow-u-up-left",
            N_("revert, go back"), EXPLORE),
    Command("studio.explore_redo", N_("Redo"), Group.EXPLORE, ("Ctrl+Shift+Z", "Ctrl+Y"), "ph.arrow-u-up-right",
            N_("repeat, forward"), EXPLORE),
    Command("studio.undo", N_("Undo"), Group.EDIT, ("Ctrl+Z",), "ph.arrow-u-up-left", N_("revert, go back"), PAGE_KEYS),
    Command("studio.redo", N_("Redo"), Group.EDIT, ("Ctrl+Shift+Z", "Ctrl+Y"), "ph.arrow-u-up-right",
            N_("repeat, forward"), PAGE_KEYS),
    Command("studio.save", N_("Save now"), Group.EDIT, ("Ctrl+S",), "ph.check", "", PAGE),
    Command("studio.find", N_("Find widget"), Group.NAVIGATE, ("Ctrl+F",), "ph.magnifying-glass",
            N_("search, look for, locate"), PAGE),
    Command("studio.find_next", N_("Find next"), Group.NAVIGATE, ("F3",), "ph.arrow-down",
            N_("search next, next hit, next match, next result"), PAGE),
    Command("studio.find_previous", N_("Find previous"), Group.NAVIGATE, ("Shift+F3",), "ph.arrow-up",
            N_("search previous, previous hit, previous match, previous result"), PAGE),
    Command("studio.open_dashboard", N_("Open dashboard"), Group.DASHBOARDS, ("Ctrl+O",), "ph.squares-four",
            N_("list of dashboards, switch dashboard, go to"), PAGE),
    Command("studio.show_outline", N_("Show outline"), Group.NAVIGATE, ("Ctrl+Shift+O",), "ph.tree-structure",
            N_("tree, structure, layers"), PAGE),
    Command("studio.show_add_pane", N_("Add widget"), Group.NAVIGATE, ("A",), "ph.plus",
            N_("insert, new widget, new panel, create, chart, graph, visualization, visualisation"), PAGE),
    Command("studio.select_next", N_("Select next widget"), Group.NAVIGATE, ("Tab",), "", "", CANVAS),
    Command("studio.zoom_in", N_("Zoom in"), Group.VIEW, ("Ctrl++", "Ctrl+="), "ph.magnifying-glass-plus",
            N_("enlarge, magnify"), PAGE),
    Command("studio.zoom_out", N_("Zoom out"), Group.VIEW, ("Ctrl+-",), "ph.magnifying-glass-minus", "", PAGE),
    Command("studio.zoom_reset", N_("Zoom to 100 %"), Group.VIEW, ("Ctrl+0",), "ph.magnifying-glass",
            N_("reset zoom, actual size, 100%"), PAGE),
    Command("studio.zoom_to_fit", N_("Zoom to fit"), Group.VIEW, ("Ctrl+9",), "ph.corners-out",
            N_("fit to window, fit to screen, whole page, overview"), PAGE),
    Command("studio.desktop", N_("Show desktop layout"), Group.VIEW, ("Ctrl+1",), "ph.desktop",
            N_("breakpoint, responsive, wide, large screen, preview"), PAGE),
    Command("studio.tablet", N_("Show tablet layout"), Group.VIEW, ("Ctrl+2",), "ph.device-tablet",
            N_("breakpoint, responsive, medium, preview"), PAGE),
    Command("studio.phone", N_("Show phone layout"), Group.VIEW, ("Ctrl+3",), "ph.device-mobile",
            N_("breakpoint, responsive, mobile, small screen, narrow, preview"), PAGE),
    Command("studio.reset_to_desktop", N_("Reset to desktop layout"), Group.VIEW, ("Ctrl+4",), "ph.link-simple",
            N_("reset breakpoint, inherit, link layout, follow desktop"), PAGE),
    Command("studio.toggle_left_pane", N_("Show or hide left pane"), Group.VIEW, ("Ctrl+B",), "bb.pane-left",
            N_("hide sidebar, collapse sidebar, toggle left panel"), PAGE),
    Command("studio.toggle_right_pane", N_("Show or hide right pane"), Group.VIEW, ("Ctrl+Shift+B",), "bb.pane-right",
            N_("hide inspector, collapse inspector, toggle right panel, properties"), PAGE),
    Command("studio.preview_repeats", N_("Preview repeated widgets"), Group.VIEW, ("Ctrl+5",), "ph.copy",
            N_("repeated panels, copies, view mode, edit mode, arrange"), PAGE),
    Command("studio.show_json", N_("Show JSON"), Group.VIEW, ("Ctrl+J",), "ph.brackets-curly",
            N_("source, code, raw, model, edit JSON"), PAGE),
    Command("studio.select_all", N_("Select all"), Group.SELECTION, ("Ctrl+A",), "ph.selection-all", "", PAGE),
    Command("studio.move_focus", N_("Move focus, keep selection"), Group.SELECTION,
            ("Ctrl+Left", "Ctrl+Up", "Ctrl+Right", "Ctrl+Down"), "", "", CANVAS),
    Command("studio.toggle_selection", N_("Add to or remove from selection"), Group.SELECTION, ("Ctrl+Space",), "", "",
            CANVAS),
    Command("studio.move", N_("Move widget"), Group.SELECTION, ("Left", "Up", "Right", "Down"), "", "", CANVAS),
    Command("studio.resize", N_("Resize widget"), Group.SELECTION,
            ("Shift+Left", "Shift+Up", "Shift+Right", "Shift+Down"), "", "", CANVAS),
    Command("studio.duplicate", N_("Duplicate widget"), Group.SELECTION, ("Ctrl+D",), "ph.copy",
            N_("clone, copy widget, copy and paste"), PAGE),
    Command("studio.remove", N_("Remove widget"), Group.SELECTION, ("Del",), "ph.trash", N_("delete, erase"), CANVAS,
            danger=True),
    Command("studio.edit", N_("Edit query or text"), Group.SELECTION, ("Return",), "ph.pencil-simple",
            N_("SQL, expression, code"), CANVAS),
    Command("studio.rename_widget", N_("Rename widget"), Group.SELECTION, ("F2",), "ph.pencil-simple",
            N_("title, name, label, heading"), PAGE_KEYS),
    Command("studio.repeat", N_("Repeat by variable"), Group.SELECTION, (), "ph.arrows-clockwise",
            N_("loop, per value, for each, facet, trellis, small multiples"), CANVAS),
    Command("studio.choose_image", N_("Choose image"), Group.SELECTION, ("Ctrl+Shift+I",), "ph.image",
            N_("photo, picture, logo, upload"), CANVAS),
    Command("studio.enlarge", N_("View full size"), Group.SELECTION, ("V",), "ph.arrows-out-simple",
            N_("maximize, enlarge, expand, zoom widget, focus, inspect"), CANVAS),
    Command("studio.choose_series", N_("Show or hide series"), Group.SELECTION, ("L",), "ph.eye",
            N_("legend, isolate, toggle, only this series, slices"), CANVAS),
    Command("studio.open_in_explore", N_("Open in Explore"), Group.SELECTION, ("E",), "ph.compass",
            N_("query, builder, drill down, look into"), CANVAS),
    Command("studio.open_linked", N_("Open linked dashboard"), Group.SELECTION, ("G",), "ph.link",
            N_("drill through, follow link, details, go to"), CANVAS),
    Command("studio.link_dashboard", N_("Link to dashboard"), Group.SELECTION, (), "ph.link",
            N_("drill through, data link, panel link, details"), CANVAS),
    Command("studio.filter_by_column", N_("Filter dashboard by column"), Group.SELECTION, (), "ph.funnel",
            N_("variable, slicer, parameter"), CANVAS),
    Command("studio.export_data", N_("Export data as CSV"), Group.SELECTION, (), "ph.download-simple",
            N_("download, save rows, spreadsheet, table data"), CANVAS),
    Command("studio.export_data_xlsx", N_("Export data as Excel"), Group.SELECTION, (), "ph.download-simple",
            N_("download, save rows, spreadsheet, xlsx, table data"), CANVAS),
    Command("studio.export_data_parquet", N_("Export data as Parquet"), Group.SELECTION, (), "ph.download-simple",
            N_("download, save rows, columnar, DuckDB, pandas, table data"), CANVAS),
    Command("studio.copy_data", N_("Copy data"), Group.SELECTION, (), "ph.table",
            N_("clipboard, copy rows, spreadsheet, tab separated, table data"), CANVAS),
    Command("studio.copy_picture", N_("Copy picture"), Group.SELECTION, (), "ph.image",
            N_("clipboard, copy image, screenshot, PNG"), CANVAS),
    Command("studio.show_data_period", N_("Show the time range that has data"), Group.SELECTION, (), "ph.clock",
            N_("no rows, empty, period"), CANVAS),
    Command("studio.retry_query", N_("Run query again"), Group.SELECTION, (), "ph.arrows-clockwise",
            N_("try again, retry, failed"), CANVAS),
    Command("studio.stop_query", N_("Stop query"), Group.SELECTION, (), "ph.stop", N_("cancel, slow"), CANVAS),
    Command("studio.give_data", N_("Add data to widget"), Group.SELECTION, (), "ph.database",
            N_("source, file"), CANVAS),
    Command("studio.enter_table", N_("Step through values"), Group.SELECTION, ("Shift+Return",),
            "ph.table", N_("enter table, sort, scroll table, read chart, explore data, interact"), CANVAS),
    Command("studio.clear_selection", N_("Clear selection"), Group.SELECTION, ("Esc",), "", "", CANVAS),
    Command("studio.move_past_neighbour", N_("Move past the next widget"), Group.SELECTION,
            ("Alt+Left", "Alt+Up", "Alt+Right", "Alt+Down"), "", "", CANVAS, N_("with a widget selected")),
    Command("studio.move_shared_edge", N_("Move shared edge"), Group.SELECTION,
            ("Alt+Shift+Left", "Alt+Shift+Up", "Alt+Shift+Right", "Alt+Shift+Down"), "", "", CANVAS),
    Command("studio.cut", N_("Cut"), Group.SELECTION, ("Ctrl+X",), "ph.scissors", N_("clipboard"), CANVAS),
    Command("studio.copy", N_("Copy"), Group.SELECTION, ("Ctrl+C",), "ph.copy", N_("clipboard"), CANVAS),
    Command("studio.paste", N_("Paste"), Group.SELECTION, ("Ctrl+V",), "ph.clipboard", N_("insert, clipboard"), CANVAS),
    Command("studio.lock_position", N_("Lock position"), Group.SELECTION, ("Ctrl+L",), "ph.lock-simple",
            N_("pin, freeze, unlock, static, fixed position"), CANVAS),
    Command("studio.lock_size", N_("Lock size"), Group.SELECTION, (), "ph.lock-simple", N_("fixed size, unlock size"),
            CANVAS),
    Command("studio.lock_content", N_("Lock content"), Group.SELECTION, (), "ph.lock-simple",
            N_("protect, read only, unlock content"), CANVAS),
    Command("studio.open_menu", N_("Open context menu"), Group.SELECTION, ("Shift+F10",), "", "", CANVAS),
    Command("studio.align_left", N_("Align left edges"), Group.ARRANGE, ("Ctrl+Shift+Left",), "ph.align-left",
            "", CANVAS),
    Command("studio.align_centre", N_("Align centres"), Group.ARRANGE, ("Ctrl+Shift+C",), "ph.align-center-horizontal",
            N_("center horizontally"), CANVAS),
    Command("studio.align_right", N_("Align right edges"), Group.ARRANGE, ("Ctrl+Shift+Right",), "ph.align-right",
            "", CANVAS),
    Command("studio.align_top", N_("Align top edges"), Group.ARRANGE, ("Ctrl+Shift+Up",), "ph.align-top",
            "", CANVAS),
    Command("studio.align_middle", N_("Align middles"), Group.ARRANGE, ("Ctrl+Shift+M",), "ph.align-center-vertical",
            N_("center vertically"), CANVAS),
    Command("studio.align_bottom", N_("Align bottom edges"), Group.ARRANGE, ("Ctrl+Shift+Down",), "ph.align-bottom",
            "", CANVAS),
    Command("studio.distribute_horizontally", N_("Distribute horizontally"), Group.ARRANGE, ("Ctrl+Shift+X",),
            "ph.columns", N_("equal gaps, space evenly"), CANVAS),
    Command("studio.distribute_vertically", N_("Distribute vertically"), Group.ARRANGE, ("Ctrl+Shift+Y",), "ph.rows",
            N_("equal gaps, space evenly"), CANVAS),
    Command("studio.match_width", N_("Match width"), Group.ARRANGE, ("Ctrl+Shift+W",), "ph.arrows-out-line-horizontal",
            N_("equal size, equal width, same width"), CANVAS),
    Command("studio.match_height", N_("Match height"), Group.ARRANGE, ("Ctrl+Shift+H",), "ph.arrows-out-line-vertical",
            N_("equal size, equal height, same height"), CANVAS),
    Command("studio.swap", N_("Swap positions"), Group.ARRANGE, ("Ctrl+Shift+E",), "ph.swap",
            N_("swap places, exchange"), CANVAS),
    Command("studio.auto_arrange", N_("Arrange dashboard or container"), Group.ARRANGE, ("Ctrl+Shift+R",),
            "ph.squares-four", N_("auto layout, auto arrange, tidy, compact, clean up"), CANVAS),
    Command("studio.add_row", N_("Add row"), Group.CONTAINERS, (), "ph.rows",
            N_("section, heading, divider, collapsible"), CANVAS),
    Command("studio.group", N_("Group selection"), Group.CONTAINERS, ("Ctrl+G",), "ph.selection",
            N_("combine, box, container"), CANVAS),
    Command("studio.group_into_tabs", N_("Group into tabs"), Group.CONTAINERS, ("Ctrl+Shift+T",), "ph.browser",
            N_("tabbed, pages"), CANVAS),
    Command("studio.ungroup", N_("Ungroup"), Group.CONTAINERS, ("Ctrl+Shift+G",), "ph.selection-slash",
            N_("split, break apart"), CANVAS),
    Command("studio.toggle_row", N_("Expand or collapse row"), Group.CONTAINERS, ("Space",), "ph.caret-down",
            N_("fold, unfold"), CANVAS),
    Command("studio.add_tab", N_("Add tab"), Group.CONTAINERS, (), "ph.plus", N_("new tab, page"), CANVAS),
    Command("studio.next_tab", N_("Next tab"), Group.CONTAINERS, ("Ctrl+]",), "ph.caret-right",
            N_("switch tab"), CANVAS),
    Command("studio.previous_tab", N_("Previous tab"), Group.CONTAINERS, ("Ctrl+[",), "ph.caret-left",
            N_("switch tab"), CANVAS),
    Command("studio.table_rows", N_("Move through rows"), Group.TABLE, ("Up", "Down", "PgUp", "PgDown", "Home", "End"),
            "", "", TABLE),
    Command("studio.table_sort", N_("Sort by column"), Group.TABLE, ("S",), "", "", TABLE),
    Command("studio.table_copy", N_("Copy selected cells"), Group.TABLE, ("Ctrl+C",), "", "", TABLE),
    Command("studio.table_width", N_("Make column wider or narrower"), Group.TABLE,
            ("Alt+Shift+Right", "Alt+Shift+Left"), "", N_("resize column, column width"), TABLE),
    Command("studio.table_enlarge", N_("View full size, or go back"), Group.TABLE, ("V",), "", "", TABLE),
    Command("studio.table_leave", N_("Exit table"), Group.TABLE, ("Esc",), "", "", TABLE),
    Command("studio.chart_values", N_("Move through a chart's values (in full size)"), Group.SELECTION,
            ("Left", "Right", "Up", "Down", "Home", "End"), "", "", ENLARGED),
    Command("studio.chart_zoom", N_("Zoom a line chart (in full size); 0 shows all of it"), Group.SELECTION,
            ("+", "-", "0"), "", "", ENLARGED),
    Command("studio.chart_pan", N_("Move along a zoomed chart (in full size)"), Group.SELECTION,
            ("Shift+Left", "Shift+Right"), "", "", ENLARGED),
    Command("studio.outline_rename", N_("Rename widget"), Group.OUTLINE, ("F2",), "", "", OUTLINE),
    Command("studio.outline_remove", N_("Remove widget"), Group.OUTLINE, ("Del",), "", "", OUTLINE),
    Command("studio.outline_go", N_("Go to widget"), Group.OUTLINE, ("Return",), "", "", OUTLINE),
    Command("studio.present", N_("Present dashboard"), Group.SHARE, ("Ctrl+F5",), "ph.play",
            N_("slideshow, kiosk, TV mode, presentation, presenter, play"), PAGE),
    Command("studio.present_every", N_("Rotate open dashboards while presenting"), Group.SHARE, (), "ph.clock",
            N_("carousel, slideshow, interval"), PAGE),
    Command("studio.present_turn", N_("Next or previous page while presenting"), Group.SHARE,
            ("Right", "Left", "PgDown", "PgUp"), "", "", PRESENTATION),
    Command("studio.present_pause", N_("Pause page rotation"), Group.SHARE, ("Space",), "", "",
            PRESENTATION),
    Command("studio.present_enter", N_("Enter table, or view widget full size"), Group.SHARE, ("Return",), "", "",
            PRESENTATION),
    Command("studio.present_leave", N_("Stop presenting"), Group.SHARE, ("Esc",), "", "", PRESENTATION),
    Command("studio.export_png", N_("Export as PNG"), Group.SHARE, (), "ph.image",
            N_("download, image, picture, screenshot, save as"), PAGE),
    Command("studio.export_svg", N_("Export as SVG"), Group.SHARE, (), "ph.file",
            N_("download, image, vector, drawing, save as"), PAGE),
    Command("studio.export_pdf", N_("Export as PDF"), Group.SHARE, (), "ph.file-pdf",
            N_("download, report, document, save as"), PAGE),
    Command("studio.export_json", N_("Export as Benchboard dashboard (JSON)"), Group.SHARE, (), "ph.brackets-curly",
            N_("download, backup, save as, model"), PAGE),
    Command("studio.export_grafana", N_("Export as Grafana dashboard (JSON)"), Group.SHARE, (), "ph.brackets-curly",
            N_("download, save as"), PAGE),
    Command("studio.export_all_data", N_("Export data of all widgets (Excel)"), Group.SHARE, (), "ph.table",
            N_("download, spreadsheet, workbook, xlsx, sheets, rows, save as"), PAGE),
    Command("studio.print", N_("Print dashboard"), Group.SHARE, ("Ctrl+P",), "ph.printer",
            N_("printer, paper"), PAGE),
    Command("studio.show_versions", N_("Show versions"), Group.SHARE, (), "ph.clock-counter-clockwise",
            N_("version history, changes, revisions, diff, compare, restore, roll back"), PAGE),
    Command("studio.save_version", N_("Save version"), Group.SHARE, ("Ctrl+Alt+S",), "ph.bookmark-simple",
            N_("name version, keep version, snapshot, checkpoint, bookmark, commit, tag"), PAGE),
    Command("studio.rename_dashboard", N_("Rename dashboard"), Group.SHARE, ("F2",), "ph.pencil-simple",
            N_("title, name, label"), PAGE_KEYS, N_("with nothing selected")),
    Command("studio.share", N_("Share dashboard"), Group.SHARE, (), "ph.share-network",
            N_("permissions, access, invite, team, collaborate, publish, rights"), PAGE),
    Command("studio.edit_variables", N_("Edit variables"), Group.TIME, (), "ph.funnel",
            N_("parameters, filters, dropdowns, slicers, template variables, controls"), PAGE),
    Command("studio.refresh_variables", N_("Refresh variable values"), Group.TIME, (), "ph.arrows-clockwise",
            N_("reload, rerun, update filters"), PAGE),
    Command("studio.filters", N_("Go to filters"), Group.TIME, ("Ctrl+Alt+F",), "ph.funnel",
            N_("variables, slicers, parameters, toolbar, change filter"), PAGE),
    Command("studio.clear_filters", N_("Clear all filters"), Group.TIME, ("Ctrl+Alt+Backspace",), "ph.x",
            N_("reset, remove filters, show everything, no filter, all values"), PAGE),
    Command("studio.time_range", N_("Change time range"), Group.TIME, ("Ctrl+Alt+T",), "ph.clock",
            N_("period, dates, this month, from, to, refresh interval, date picker"), PAGE),
    Command("studio.time_earlier", N_("Show the period before"), Group.TIME, ("Alt+PgUp",), "ph.caret-left",
            N_("previous time range, earlier, back"), PAGE),
    Command("studio.time_later", N_("Show the period after"), Group.TIME, ("Alt+PgDown",), "ph.caret-right",
            N_("next time range, later, forward"), PAGE),
    Command("studio.time_wider", N_("Double the time range"), Group.TIME, (), "ph.arrows-out-line-horizontal",
            N_("zoom out, longer period, wider"), PAGE),
    Command("studio.refresh_data", N_("Refresh data"), Group.TIME, ("Ctrl+R",), "ph.arrows-clockwise",
            N_("reload, rerun queries, update, read again"), PAGE),
    Command("studio.start_from_template", N_("Start from a template"), Group.SHARE, (), "ph.layout",
            N_("examples, samples, gallery, starter, preset"), PAGE),
    Command("studio.close_dashboard", N_("Close dashboard"), Group.TABS, ("Ctrl+W",), "ph.x", "", DASHBOARDS),
    Command("studio.next_dashboard", N_("Next dashboard"), Group.TABS, ("Ctrl+Tab",), "ph.caret-right", "", DASHBOARDS),
    Command("studio.previous_dashboard", N_("Previous dashboard"), Group.TABS, ("Ctrl+Shift+Tab",), "ph.caret-left",
            "", DASHBOARDS),
    Command("studio.versions_since", N_("Compare with highlighted version"), Group.VERSIONS, ("B",), "", "",
            VERSION_LIST),
    Command("studio.versions_next", N_("Next difference"), Group.VERSIONS, ("J",), "ph.arrow-down", "", VERSIONS),
    Command("studio.versions_previous", N_("Previous difference"), Group.VERSIONS, ("K",), "ph.arrow-up", "", VERSIONS),
    Command("studio.versions_restore", N_("Restore this version"), Group.VERSIONS, ("Ctrl+Return",),
            "ph.arrow-counter-clockwise", "", VERSIONS),
    Command("studio.versions_leave", N_("Close versions"), Group.VERSIONS, ("Esc",), "ph.x", "", VERSIONS),
    Command("studio.merge_mine", N_("Keep mine"), Group.CONFLICTS, ("1",), "ph.user", "", CONFLICTS),
    Command("studio.merge_theirs", N_("Keep theirs"), Group.CONFLICTS, ("2",), "ph.users", "", CONFLICTS),
    Command("studio.merge_next", N_("Next unresolved conflict"), Group.CONFLICTS, ("N",), "ph.arrow-down", "",
            CONFLICTS),
    Command("studio.merge_use", N_("Use merged result"), Group.CONFLICTS, ("Ctrl+Return",), "ph.check", "", CONFLICTS),
    Command("studio.merge_undo", N_("Undo last decision"), Group.CONFLICTS, ("Ctrl+Z",), "", "", CONFLICT_KEYS),
    Command("studio.merge_leave", N_("Resolve later"), Group.CONFLICTS, ("Esc",), "ph.clock", "", CONFLICTS),
    Command("studio.remove_variable", N_("Remove variable"), Group.VARIABLES, ("Del",), "", "", VARIABLES),
    Command("studio.dashboards.open", N_("Open"), Group.DASHBOARDS, (), "ph.squares-four"),
    Command("studio.dashboards.rename", N_("Rename"), Group.DASHBOARDS, ("F2",), "ph.pencil-simple", "", LIST),
    Command("studio.dashboards.share", N_("Share"), Group.DASHBOARDS, (), "ph.share-network"),
    Command("studio.dashboards.copy_link", N_("Copy link"), Group.DASHBOARDS, (), "ph.link-simple",
            N_("URL, address, clipboard, deep link")),
    Command("studio.dashboards.favourite", N_("Add to or remove from favourites"), Group.DASHBOARDS, ("F",), "ph.star",
            N_("star, bookmark"), LIST),
    Command("studio.dashboards.move", N_("Move to folder"), Group.DASHBOARDS, ("M",), "ph.folder", "", LIST),
    Command("studio.dashboards.duplicate", N_("Duplicate"), Group.DASHBOARDS, (), "ph.copy"),
    Command("studio.dashboards.report", N_("Show import report"), Group.DASHBOARDS, (), "ph.list-bullets"),
    Command("studio.dashboards.discard", N_("Move to the trash"), Group.DASHBOARDS, ("Del",), "ph.trash", "", LIST,
            danger=True),
    Command("studio.dashboards.restore", N_("Restore"), Group.DASHBOARDS, (), "ph.arrow-counter-clockwise"),
    Command("studio.dashboards.delete", N_("Delete permanently"), Group.DASHBOARDS, (), "ph.trash", danger=True),
)
# fmt: on


def _ids(*names: str) -> tuple[str, ...]:
    return tuple(f"studio.{name}" for name in names)


ARRANGE_IDS: Final = _ids(
    "align_left", "align_centre", "align_right", "align_top", "align_middle", "align_bottom", "distribute_horizontally",
    "distribute_vertically", "match_width", "match_height", "swap", "auto_arrange",
)  # fmt: skip
SELECTION_MENU: Final = "studio.selection"
"""The context menu of a page."""
EXPORT_MENU: Final = "studio.export"
MORE_MENU: Final = "studio.more"
DASHBOARD_MENU: Final = "studio.dashboard"
"""The context menu of dashboards in the list, or of a dashboard's tab."""
FOLDER_MENU: Final = "studio.folder"

REGISTRY.register_menu(
    SELECTION_MENU,
    MenuSection(_ids("show_data_period", "retry_query", "stop_query", "give_data")),
    MenuSection(
        _ids("edit", "choose_image", "enlarge", "choose_series", "enter_table", "rename_widget", "toggle_row",
             "add_tab", "next_tab", "previous_tab")
    ),
    MenuSection(_ids("cut", "copy", "paste", "duplicate")),
    MenuSection(_ids("open_in_explore", "open_linked", "link_dashboard")),
    MenuSection(
        _ids("filter_by_column", "copy_data", "copy_picture", "export_data", "export_data_xlsx",
             "export_data_parquet"), N_("Data and export")
    ),
    MenuSection(_ids("group", "group_into_tabs", "ungroup", "add_row", "repeat"), N_("Group and repeat")),
    MenuSection((*ARRANGE_IDS, *_ids("lock_position", "lock_size", "lock_content")), N_("Arrange and lock")),
    MenuSection(_ids("select_all")),
    MenuSection(_ids("remove")),
)  # fmt: skip
REGISTRY.register_menu(
    EXPORT_MENU,
    MenuSection(_ids("export_png", "export_svg", "export_pdf", "export_json", "export_grafana")),
    MenuSection(_ids("export_all_data")),
    MenuSection(_ids("print")),
)
REGISTRY.register_menu(
    MORE_MENU,
    MenuSection(
        _ids("open_dashboard", "find", "select_all", "zoom_in", "zoom_out", "zoom_reset", "zoom_to_fit",
             "preview_repeats", "present", "present_every")
    ),
    MenuSection(
        _ids("time_range", "filter_by_column", "refresh_data", "edit_variables", "start_from_template", "show_json")
    ),
    MenuSection(_ids("show_versions", "save_version", "share", "dashboards.copy_link")),
    MenuSection(
        _ids("rename_dashboard", "dashboards.favourite", "dashboards.move", "dashboards.duplicate", "dashboards.report")
    ),
    MenuSection((SHORTCUTS,)),
    MenuSection(_ids("dashboards.discard")),
)  # fmt: skip
REGISTRY.register_menu(
    FOLDER_MENU,
    MenuSection(_ids("folders.create", "folders.rename", "folders.move")),
    MenuSection(_ids("folders.delete")),
)
REGISTRY.register_menu(
    DASHBOARD_MENU,
    MenuSection(
        _ids("dashboards.open", "dashboards.rename", "dashboards.share", "dashboards.copy_link",
             "dashboards.favourite", "dashboards.move", "dashboards.duplicate", "dashboards.report",
             "dashboards.restore", "close_dashboard")
    ),
    MenuSection(_ids("dashboards.discard", "dashboards.delete")),
)  # fmt: skip

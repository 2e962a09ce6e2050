"""The commands of the Data view: their titles, shortcuts, icons and search terms, and the menu of a data source."""

from typing import Final

from PySide6.QtCore import Qt

from benchboard.i18n import N_
from benchboard.ui.commands import REGISTRY, SHELL, Command, CommandScope, MenuSection
from benchboard.ui.commands import CommandGroup as Group

DATA_VIEW: Final = CommandScope("studio.data-view", SHELL, Qt.ShortcutContext.WindowShortcut)
"""The Data view, while it is shown, wherever the focus is."""
IMPORT: Final = CommandScope("studio.import", DATA_VIEW, Qt.ShortcutContext.WindowShortcut)
"""The import of a file, while it is shown, wherever the focus is."""
IMPORT_PAGE: Final = CommandScope("studio.import-page", IMPORT)
"""The import of a file, with the focus in it."""
SOURCES: Final = CommandScope("studio.sources", DATA_VIEW)
"""The list of data sources."""
MODELS: Final = CommandScope("studio.models", SHELL, Qt.ShortcutContext.WindowShortcut)
"""The Models view, while it is shown, wherever the focus is."""
MODEL_LIST: Final = CommandScope("studio.model-list", MODELS)
"""The list of data models."""
MODEL_CANVAS: Final = CommandScope("studio.model-canvas", MODELS, None)
"""The canvas of a data model: its tables and joins."""
MODEL_FIELDS: Final = CommandScope("studio.model-fields", MODELS, None)
"""The list of a data model's fields."""
MODEL_MENU: Final = "studio.model"
"""The context menu of a data model."""
SOURCE_MENU: Final = "studio.source"
"""The context menu of a data source."""

# fmt: off
REGISTRY.register(
    Command("studio.add_data", N_("Add data"), Group.DATA, ("Ctrl+O",), "ph.database",
            N_("import, open file, CSV, Excel, Parquet, SQLite, DuckDB, upload, load, data source, folder"), DATA_VIEW),
    Command("studio.add_postgresql", N_("Add PostgreSQL database"), Group.DATA, (), "ph.plugs-connected",
            N_("connect, server, data source, add data, Postgres, SQL")),
    Command("studio.add_mysql", N_("Add MySQL or MariaDB database"), Group.DATA, (), "ph.plugs-connected",
            N_("connect, server, data source, add data, SQL")),
    Command("studio.add_rest_api", N_("Add REST API"), Group.DATA, (), "ph.plugs-connected",
            N_("connect, web service, HTTP, JSON, URL, data source, add data")),
    Command("studio.add_can_live", N_("Add live CAN signals"), Group.DATA, (), "ph.broadcast",
            N_("connect, dongle, bus, DBC, signal, data source, add data")),
    Command("studio.import_add", N_("Add data source"), Group.IMPORT, ("Ctrl+Return",), "ph.plus",
            N_("import, finish"), IMPORT),
    Command("studio.import_undo", N_("Undo"), Group.IMPORT, ("Ctrl+Z",), "ph.arrow-u-up-left", "", IMPORT),
    Command("studio.import_leave", N_("Discard file"), Group.IMPORT, ("Esc",), "", "", IMPORT_PAGE),
    Command("studio.sources.explore", N_("Explore"), Group.DATA, (), "ph.compass", N_("chart, query, look at")),
    Command("studio.sources.refresh", N_("Refresh data"), Group.DATA, ("Ctrl+R",), "ph.arrows-clockwise",
            N_("reload, update, read again"), SOURCES),
    Command("studio.sources.columns", N_("Columns…"), Group.DATA, (), "ph.columns",
            N_("column type, kind, unit, title, rename column, number, date"), SOURCES),
    Command("studio.sources.lines", N_("Show lines that don't fit"), Group.DATA, (), "ph.file-text",
            N_("skipped lines, left out, total row, errors, import"), SOURCES),
    Command("studio.sources.rename", N_("Rename data source"), Group.DATA, ("F2",), "ph.pencil-simple", "", SOURCES),
    Command("studio.sources.connection", N_("Edit connection"), Group.DATA, (), "ph.plugs-connected",
            N_("server, host, port, user, change password, TLS"), SOURCES),
    Command("studio.sources.copy_table", N_("Copy table…"), Group.DATA, (), "ph.copy",
            N_("extract, cache, join server with file, keep a copy, import table"), SOURCES),
    Command("studio.sources.refresh_all", N_("Read all rows again"), Group.DATA, (), "ph.arrows-clockwise",
            N_("refresh, reload, full, changed rows, deleted rows"), SOURCES),
    Command("studio.sources.bus", N_("Open live bus"), Group.DATA, (), "ph.broadcast",
            N_("connect, dongle, CAN, signals, receive"), SOURCES),
    Command("studio.sources.locate", N_("Find file…"), Group.DATA, (), "ph.folder-open",
            N_("moved, locate, path, where"), SOURCES),
    Command("studio.sources.access", N_("Who can use it…"), Group.DATA, (), "ph.users",
            N_("permissions, share, restrict, access, teams, private"), SOURCES),
    Command("studio.sources.uses", N_("Show what uses it…"), Group.DATA, (), "ph.git-fork",
            N_("used by, dashboards, models, lineage, dependents, impact"), SOURCES),
    Command("studio.sources.remove", N_("Remove data source"), Group.DATA, ("Del",), "ph.trash", "", SOURCES,
            danger=True),
    Command("studio.models.new", N_("Create data model"), Group.MODELS, (), "ph.plus",
            N_("models, semantic model, join tables, measure, calculated field")),
    Command("studio.models.save", N_("Save data model"), Group.MODELS, ("Ctrl+S",), "ph.check", N_("publish"), MODELS),
    Command("studio.models.undo", N_("Undo"), Group.MODELS, ("Ctrl+Z",), "ph.arrow-u-up-left",
            N_("revert, go back"), MODELS),
    Command("studio.models.redo", N_("Redo"), Group.MODELS, ("Ctrl+Shift+Z", "Ctrl+Y"), "ph.arrow-u-up-right",
            N_("repeat, forward"), MODELS),
    Command("studio.models.discard", N_("Discard changes"), Group.MODELS, (), "ph.x", "", MODELS),
    Command("studio.models.add_measure", N_("Add measure"), Group.MODELS, (), "ph.calculator",
            N_("data model, calculate, formula, sum, average, count"), MODELS),
    Command("studio.models.explore", N_("Explore"), Group.MODELS, (), "ph.compass", N_("chart, query, look at")),
    Command("studio.models.open_item", N_("Join or open table, or edit join"), Group.MODELS,
            ("Return", "Shift+F10"), "", N_("drag column, join tables"), MODEL_CANVAS),
    Command("studio.models.read_tables", N_("Go through tables and joins, and columns of table"), Group.MODELS,
            ("Left", "Right", "Up", "Down", "Home", "End"), "", "", MODEL_CANVAS),
    Command("studio.models.move_table", N_("Move table"), Group.MODELS,
            ("Shift+Left", "Shift+Up", "Shift+Right", "Shift+Down"), "", N_("drag"), MODEL_CANVAS),
    Command("studio.models.scroll_table", N_("Scroll columns of table"), Group.MODELS, ("PgUp", "PgDown"), "", "",
            MODEL_CANVAS),
    Command("studio.models.remove_item", N_("Remove table or join"), Group.MODELS, ("Del",), "", "", MODEL_CANVAS),
    Command("studio.models.zoom", N_("Zoom in or out; 0 shows all tables"), Group.MODELS, ("+", "-", "0"), "", "",
            MODEL_CANVAS),
    Command("studio.models.edit_field", N_("Edit field"), Group.MODELS, ("Return", "F2"), "", "", MODEL_FIELDS),
    Command("studio.models.field_menu", N_("Open menu of field"), Group.MODELS, ("Shift+F10",), "", "", MODEL_FIELDS),
    Command("studio.models.remove_field", N_("Hide or show field; remove calculated field or measure"), Group.MODELS,
            ("Del",), "", "", MODEL_FIELDS),
    Command("studio.models.rename", N_("Rename data model"), Group.MODELS, ("F2",), "ph.pencil-simple", "", MODEL_LIST),
    Command("studio.models.duplicate", N_("Duplicate data model"), Group.MODELS, (), "ph.copy", N_("copy"),
            MODEL_LIST),
    Command("studio.models.delete", N_("Delete data model"), Group.MODELS, ("Del",), "ph.trash", "", MODEL_LIST,
            danger=True),
)
# fmt: on
REGISTRY.register_menu(
    SOURCE_MENU,
    MenuSection(("studio.sources.explore",)),
    MenuSection(
        (
            "studio.sources.refresh",
            "studio.sources.refresh_all",
            "studio.sources.copy_table",
            "studio.sources.columns",
            "studio.sources.lines",
            "studio.sources.rename",
            "studio.sources.bus",
            "studio.sources.connection",
            "studio.sources.locate",
            "studio.sources.access",
            "studio.sources.uses",
        )
    ),
    MenuSection(("studio.sources.remove",)),
)
REGISTRY.register_menu(
    MODEL_MENU,
    MenuSection(("studio.models.explore",)),
    MenuSection(("studio.models.rename", "studio.models.duplicate")),
    MenuSection(("studio.models.delete",)),
)

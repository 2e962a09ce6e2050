"""The commands of the Data view: their titles, shortcuts, icons and search terms, and the menu of a data source."""

from typing import Final

from benchboard.i18n import N_
from benchboard.ui.commands import REGISTRY, SHELL, Command, CommandScope, MenuSection
from benchboard.ui.commands import CommandGroup as Group

IMPORT: Final = CommandScope("studio.import", SHELL)
"""The import of a file."""
SOURCES: Final = CommandScope("studio.sources", SHELL)
"""The list of data sources."""
SOURCE_MENU: Final = "studio.source"
"""The context menu of a data source."""

# fmt: off
REGISTRY.register(
    Command("studio.add_data", N_("Add data"), Group.DATA, (), "ph.database",
            N_("import, open file, CSV, Excel, Parquet, SQLite, DuckDB, upload, load, data source, folder")),
    Command("studio.import_add", N_("Add data source"), Group.DATA, ("Ctrl+Return",), "ph.plus",
            N_("import, finish"), IMPORT),
    Command("studio.import_leave", N_("Leave without adding"), Group.DATA, ("Esc",), "", "", IMPORT),
    Command("studio.sources.explore", N_("Explore"), Group.DATA, (), "ph.compass", N_("chart, query, look at")),
    Command("studio.sources.refresh", N_("Read again"), Group.DATA, ("Ctrl+R",), "ph.arrows-clockwise",
            N_("refresh, reload, update"), SOURCES),
    Command("studio.sources.rename", N_("Rename data source"), Group.DATA, ("F2",), "ph.pencil-simple", "", SOURCES),
    Command("studio.sources.locate", N_("Locate file"), Group.DATA, (), "ph.folder-open",
            N_("moved, find, path, where"), SOURCES),
    Command("studio.sources.remove", N_("Remove data source"), Group.DATA, ("Del",), "ph.trash", "", SOURCES,
            danger=True),
)
# fmt: on
REGISTRY.register_menu(
    SOURCE_MENU,
    MenuSection(("studio.sources.explore",)),
    MenuSection(("studio.sources.refresh", "studio.sources.rename", "studio.sources.locate")),
    MenuSection(("studio.sources.remove",)),
)

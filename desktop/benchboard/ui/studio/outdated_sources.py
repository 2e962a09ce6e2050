"""Says, when a dashboard's data are refreshed, what changed, and which of them are older copies of files."""

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from benchboard.analytics.queries import ResultTable
from benchboard.analytics.sources.file_news import SourceFiles, SourceNews
from benchboard.i18n import _, in_sentence, ngettext, number
from benchboard.ui.problems import Action
from benchboard.ui.studio.data.source_actions import SourceActions
from benchboard.ui.studio.source_watch import SourceWatch
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.studio.tiles.tile_notes import source_text
from benchboard.ui.time_format import clock_minutes

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from benchboard.ui.context import Context

_KEY: Final = "studio.outdated-sources"
_CHANGED: Final = "studio.changed-sources"
_RENAMED: Final = "studio.renamed-columns"


class OutdatedSources(QObject):
    """Shows how many sources were read and changed, and of outdated copies a notice with the step that reads the files
    again; it goes once they were."""

    def __init__(self, context: "Context", page: "QWidget", runner: WidgetQueryRunner) -> None:
        super().__init__(page)
        self._context, self._runner, self._requested = context, runner, False
        self._before: dict[str, dict[str, ResultTable]] = {}
        self._actions = SourceActions(context, page, explores=False)
        runner.result_changed.connect(self._follow)
        self._watch = SourceWatch(context, page, lambda: tuple(runner.tables_by_source()))
        self._watch.changed.connect(self._tell_changed)

    def refresh(self) -> None:
        """Run all queries of the page again, then say what they bring, and what they don't."""
        self.announce()
        self._runner.refresh()

    def announce(self) -> None:
        """After the refresh that follows, say what the queries bring, and what they don't."""
        self._requested, self._before = True, self._runner.tables_by_source()

    def _follow(self) -> None:
        if self._runner.busy:
            return
        self._watch.mark()
        self._context.problems.dismiss(_CHANGED)
        outdated, renamed = self._runner.outdated_sources(), self._runner.renamed_sources()
        if self._requested:
            self._requested = False
            self._tell_refreshed()
            if outdated:
                self._show(outdated)
            if renamed:
                self._ask_renamed(renamed)
        if not outdated:
            self._context.problems.dismiss(_KEY)
        if not renamed:
            self._context.problems.dismiss(_RENAMED)

    def _ask_renamed(self, sources: tuple[SourceNews, ...]) -> None:
        """Say which columns may be renamed, and offer to say which ones they are."""
        why = self._actions.why_read_only()
        actions = () if why else (Action(_("Choose column…"), partial(self._read, sources)),)
        what = ngettext(
            "{names} has a column that may be renamed.", "{names} have columns that may be renamed.", len(sources)
        )
        names = in_sentence(f"“{one.name}”" for one in sources)
        told = " ".join(source_text(one) for one in sources)
        self._context.problems.notice(
            what.format(names=names), " ".join(part for part in (told, why) if part), *actions,
            kind="warn", icon="ph.warning", key=_RENAMED, with_page=True,
        )  # fmt: skip

    def _tell_refreshed(self) -> None:
        before, now = self._before, self._runner.tables_by_source()
        self._before = {}
        failed = self._runner.failed_count()
        if not now and not failed:
            return
        changed = sum(before.get(source) != tables for source, tables in now.items())
        sources = ngettext("{count} source", "{count} sources", len(now)).format(count=number(len(now)))
        text = _("Data refreshed at {time}: {sources} read, nothing changed.")
        if changed:
            text = _("Data refreshed at {time}: {sources} read, {changed} changed.")
        if failed:
            text = ngettext(
                "Data refreshed at {time}, but {failed} widget couldn't read its data.",
                "Data refreshed at {time}, but {failed} widgets couldn't read their data.",
                failed,
            )
        words = text.format(time=clock_minutes(), sources=sources, changed=number(changed), failed=number(failed))
        self._context.problems.toast(words, warning=bool(failed))

    def _tell_changed(self, sources: tuple[SourceFiles, ...]) -> None:
        """Say that files are others than when the page's queries ran."""
        names = in_sentence(f"“{one.name}”" for one in sources)
        if any(one.copied for one in sources):
            what = ngettext(
                "The file of {names} has changed since it was copied.",
                "The files of {names} have changed since they were copied.",
                len(sources),
            ).format(names=names)
            why = self._actions.why_read_only()
            actions = () if why else (Action(_("Read again"), partial(self._read_files, sources)),)
        else:
            what = ngettext(
                "The file of {names} changed at {time}.", "The files of {names} changed at {time}.", len(sources)
            ).format(names=names, time=clock_minutes())
            actions = (Action(_("Run again"), self.refresh),)
        self._context.problems.notice(
            what, _("The widgets show the data from before."), *actions,
            icon="ph.clock-counter-clockwise", key=_CHANGED, with_page=True,
        )  # fmt: skip

    def _read_files(self, sources: tuple[SourceFiles, ...]) -> None:
        for one in sources:
            self._actions.refresh(one.source_id, one.name)

    def _show(self, outdated: tuple[SourceNews, ...]) -> None:
        names = in_sentence(f"“{one.name}”" for one in outdated)
        what = ngettext(
            "The file of {names} has changed since it was copied.",
            "The files of {names} have changed since they were copied.",
            len(outdated) + any(one.is_folder for one in outdated),  # a folder has several
        ).format(names=names)
        why = self._actions.why_read_only()
        actions = () if why else (Action(_("Read again"), partial(self._read, outdated)),)
        self._context.problems.notice(
            what, " ".join(part for part in (_("The widgets show the copy."), why) if part), *actions,
            icon="ph.clock-counter-clockwise", key=_KEY, with_page=True,
        )  # fmt: skip

    def _read(self, outdated: tuple[SourceNews, ...]) -> None:
        for one in outdated:
            self._actions.refresh(one.source_id, one.name)

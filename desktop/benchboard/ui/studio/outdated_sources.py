"""Says, when a dashboard's data are refreshed, which of them are older copies of files that have changed."""

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from benchboard.analytics.sources.file_news import SourceNews
from benchboard.i18n import _, in_sentence, ngettext
from benchboard.ui.problems import Action
from benchboard.ui.studio.data.source_actions import SourceActions
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from benchboard.ui.context import Context

_KEY: Final = "studio.outdated-sources"


class OutdatedSources(QObject):
    """Shows a notice with the step that reads the files again; it goes once they were."""

    def __init__(self, context: "Context", page: "QWidget", runner: WidgetQueryRunner) -> None:
        super().__init__(page)
        self._context, self._runner, self._requested = context, runner, False
        self._actions = SourceActions(context, page, explores=False)
        runner.result_changed.connect(self._follow)

    def refresh(self) -> None:
        """Run all queries of the page again, then say what they don't bring."""
        self.announce()
        self._runner.refresh()

    def announce(self) -> None:
        """After the refresh that follows, say what the queries don't bring."""
        self._requested = True

    def _follow(self) -> None:
        if self._runner.busy:
            return
        outdated = self._runner.outdated_sources()
        if self._requested:
            self._requested = False
            if outdated:
                self._show(outdated)
        elif not outdated:
            self._context.problems.dismiss(_KEY)

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

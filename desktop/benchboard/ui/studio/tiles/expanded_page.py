"""A page as it goes out: what is repeated by a variable once for each value, each copy with an answer of its own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from benchboard.dashboards.layout import PageIndex
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.query_results import Answer, Feeds

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class Spread(QObject):
    """What an editor shows, as a reader sees it. Its queries are asked anew; until all have answered it is `busy`."""

    ready = Signal()
    """The last answer came."""

    def __init__(self, context: "Context", editor: Editor, parent: QObject) -> None:
        super().__init__(parent)
        self._editor = Editor(self)
        self._editor.rejected.connect(context.problems.show)
        self._feeds = Feeds(context, self._editor, self)
        self._feeds.answered.connect(self._answered)
        self._editor.show_as_reader(editor)

    @property
    def page(self) -> PageIndex:
        """Everything that is shown, as it is shown."""
        return self._editor.rendered_page

    @property
    def busy(self) -> bool:
        """Whether an answer is still awaited."""
        return self._feeds.busy

    def answer(self, item_id: str) -> Answer | None:
        """What a widget of the page shows."""
        return self._feeds.answer(item_id)

    def copies(self, ids: Sequence[str]) -> tuple[str, ...]:
        """The widgets of the page that show these of the document."""
        sources = self._editor.sources
        return tuple(name for name in self.page.shown if sources.get(name, name) in ids)

    def stop(self) -> None:
        """End what is still asked: nobody waits for it any more."""
        self._feeds.stop_all()

    def _answered(self, _item_id: str) -> None:
        if not self.busy:
            self.ready.emit()

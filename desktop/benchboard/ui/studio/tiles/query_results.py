"""What the tiles show: each widget's query asked, or its picture decoded, in the background, the answer or the failure
kept until the next."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from benchboard.analytics import queries, relations
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.queries import ResultTable
from benchboard.dashboards.document.widget_kinds import IMAGE, WidgetContent
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.image_painting import Decoded, decoded, share

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_AT_ONCE: Final = 2
"""Queries of one page under way together: of those that wait, what is in sight by then goes first."""
PATIENCE_MS: Final = 150
"""How long a tile shows nothing before it shows that it loads."""
_SLOW_MS: Final = 2_000
"""How long before it also says so over what it showed before, and offers to stop."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a widget's query led to, or its picture. None of table, picture and error: it is under way (`late` once it
    has been so for long)."""

    query: str
    table: ResultTable | None = None
    error: AppError | None = None
    late: bool = False
    slow: bool = False
    """A newer answer has been awaited for two seconds or more."""
    picture: Decoded | None = None

    @property
    def waited_for(self) -> bool:
        """Whether nothing came of it so far."""
        return self.table is None and self.picture is None and self.error is None


class _Question(NamedTuple):
    """A widget's query with the values chosen for the variables it names; or its picture, and how many pixels that may
    have."""

    query: str
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    picture: str = ""
    pixels: int = 0


class Feeds(QObject):
    """The answers to the queries of all widgets of a page, asked anew when a query or the data change."""

    answered = Signal(str)
    """The answer for this widget is another one."""

    def __init__(self, context: "Context", editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._editor = context, editor
        self._answers: dict[str, Answer] = {}
        self._wanted: dict[str, _Question] = {}
        self._waiting: dict[str, int] = {}
        """Who is to be asked, and in which round: 0 is for who has no answer to what it asks now."""
        self._round = 0
        self._first: frozenset[str] = frozenset()
        self._whole: set[str] = set()
        """Those somebody looks through to the end."""
        self._running: dict[str, tuple[CancelToken, _Question]] = {}
        editor.changed.connect(self.follow)
        editor.options_changed.connect(self.follow)
        context.changed.watch(self, relations.watched_tables(), self.refresh)

    def answer(self, item_id: str) -> Answer | None:
        """What is known for a widget; None for one without a query or picture."""
        return self._answers.get(item_id)

    def follow(self) -> None:
        """Ask for what is new on the page, forget what is gone."""
        widgets = [widget for widget in self._editor.widgets() if widget.kind is not None]
        pictures = {widget.id: text for widget in widgets if (text := _picture(widget))}
        pixels = share(len(set(pictures.values())))
        wanted = {
            widget.id: _Question(widget.query, self._chosen(widget))
            for widget in widgets
            if widget.kind is not None and widget.kind.query and widget.query.strip()
        } | {item_id: _Question("", picture=text, pixels=pixels) for item_id, text in pictures.items()}
        for item_id in self._answers.keys() - wanted.keys():
            del self._answers[item_id]
        for item_id in list(self._running):
            if self._running[item_id][1] != wanted.get(item_id):
                self._stop(item_id)
        before, self._wanted = self._wanted, wanted
        for item_id, question in wanted.items():
            if before.get(item_id) != question:
                self._ask(item_id)
        self._go_on()  # what was stopped has made room, and nobody else may be there to say so

    def _chosen(self, widget: WidgetContent) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple(pair for pair in self._editor.values_of(widget.id).items() if f":{pair[0]}" in widget.query)

    def prefer(self, ids: Iterable[str]) -> None:
        """Ask for these before all others from now on: they are in sight."""
        self._first = frozenset(ids)

    def refresh(self) -> None:
        """Ask everything anew; what is shown stays until the answers are there. Who waits from an earlier time goes
        first: however often this is asked for, everybody gets an answer."""
        self._round += 1
        for item_id, question in self._wanted.items():
            if not question.picture:
                self._ask(item_id, self._round)

    def retry(self, item_id: str) -> None:
        """Ask for one widget anew."""
        if item_id in self._wanted:
            self._answers.pop(item_id, None)
            self._ask(item_id)

    def ask_whole(self, item_id: str) -> None:
        """Ask for all rows of a widget that somebody looks through, as many as a query may answer."""
        if item_id in self._wanted and item_id not in self._whole:
            self._whole.add(item_id)
            self._ask(item_id)

    def asking(self, item_id: str) -> bool:
        """Whether a newer answer for a widget is awaited."""
        return item_id in self._waiting or item_id in self._running

    @property
    def busy(self) -> bool:
        """Whether any query is waiting or under way."""
        return bool(self._waiting or self._running)

    def stop_all(self) -> None:
        """End what is under way (the page goes away)."""
        self._waiting.clear()
        for item_id in list(self._running):
            self._stop(item_id)

    def _ask(self, item_id: str, turn: int = 0) -> None:
        if item_id not in self._answers:
            self._tell(item_id, Answer(self._wanted[item_id].query))
            QTimer.singleShot(PATIENCE_MS, self, lambda: self._is_late(item_id))
        self._waiting[item_id] = min(turn, self._waiting.get(item_id, turn))
        self._go_on()

    def _is_late(self, item_id: str) -> None:
        answer = self._answers.get(item_id)
        if answer is not None and answer.waited_for:
            self._tell(item_id, Answer(answer.query, late=True))

    def _go_on(self) -> None:
        while self._waiting and len(self._running) < _AT_ONCE:
            ready = [known for known in self._waiting if known not in self._running]
            if not ready:
                return
            item_id = min(ready, key=lambda known: (self._waiting[known], known not in self._first))
            del self._waiting[item_id]
            if item_id in self._wanted:
                self._run(item_id, self._wanted[item_id])

    def _run(self, item_id: str, question: _Question) -> None:
        token, actor, query, variables = CancelToken(), self._context.actor, question.query, dict(question.chosen)
        limit = queries.MAX_ROWS if item_id in self._whole else queries.DEFAULT_ROWS
        self._running[item_id] = (token, question)

        QTimer.singleShot(_SLOW_MS, self, lambda: self._is_slow(item_id, token))

        def arrived(answer: Answer) -> None:
            if item_id in self._running and self._running[item_id][0] is token:
                del self._running[item_id]
            if self._wanted.get(item_id) == question and not token.cancelled:
                self._tell(item_id, answer)
            self._go_on()

        def failed(error: AppError) -> None:
            arrived(Answer(query, error=error))

        if question.picture:
            self._context.tasks.read(
                self,
                lambda _session: decoded(question.picture, question.pixels),
                lambda picture: arrived(Answer(query, picture=picture)),
                failed,
                long=True,
            )
            return
        self._context.tasks.read(
            self,
            lambda session: queries.run_query(
                session, actor, query, limit=limit, cancel_token=token, variables=variables
            ),
            lambda table: arrived(Answer(query, table)),
            failed,
            long=True,
        )

    def cancel(self, item_id: str) -> None:
        """End a query somebody has waited for long enough."""
        if item_id in self._running:
            query = self._running[item_id][1].query
            self._waiting.pop(item_id, None)
            self._stop(item_id)
            self._tell(item_id, Answer(query, error=Cancelled("query.stopped", _("The query was stopped."))))
            self._go_on()

    def _is_slow(self, item_id: str, token: CancelToken) -> None:
        answer = self._answers.get(item_id)
        if answer is not None and item_id in self._running and self._running[item_id][0] is token:
            self._tell(item_id, replace(answer, slow=True))

    def _stop(self, item_id: str) -> None:
        token, _question = self._running.pop(item_id)
        # On a server, stopping asks it over the network: not from the window's thread.
        threading.Thread(target=token.cancel, name="benchboard-stop", daemon=True).start()

    def _tell(self, item_id: str, answer: Answer) -> None:
        self._answers[item_id] = answer
        self.answered.emit(item_id)


def _picture(widget: WidgetContent) -> str:
    """The picture a widget shows; nothing for one that shows none."""
    return str(widget.setting("picture")) if widget.kind is not None and widget.kind.type == IMAGE else ""

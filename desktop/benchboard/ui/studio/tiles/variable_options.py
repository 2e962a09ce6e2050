"""What the variables of a page offer: their queries asked in the background, each after those it names."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from benchboard.analytics import relations
from benchboard.analytics.cancellation import CancelToken
from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.variables import variable_queries
from benchboard.dashboards.variables.variable_queries import VariableOptions
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.query_results import PATIENCE_MS

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_AT_ONCE: Final = 2
"""Queries under way together: the tiles' and the window's other reads keep their share of the workers."""


class Question(NamedTuple):
    """A variable's query with the values chosen for the variables it names."""

    query: str
    chosen: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Offering:
    """What is known of what a variable offers. `asking`: an answer has been awaited for long enough to say so."""

    offer: VariableOptions | None = None
    error: AppError | None = None
    asking: bool = False

    @property
    def labels(self) -> Mapping[str, str]:
        """What people call values that they do not call by themselves."""
        return self.offer.labels if self.offer is not None else MappingProxyType({})


class Offers(QObject):
    """The answers to the queries of all variables of a page; what they offer is the editor's from then on."""

    answered = Signal(str)
    """What is known of this variable is something else."""

    def __init__(self, context: "Context", editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._editor = context, editor
        self._known: dict[str, Offering] = {}
        self._answers: dict[str, Question] = {}
        """What each offer is the answer to."""
        self._wanted: dict[str, Question] = {}
        self._waiting: list[str] = []
        self._running: dict[str, tuple[CancelToken, Question]] = {}
        self._seen: tuple[Variable, ...] = ()
        editor.changed.connect(self.follow)
        editor.options_changed.connect(self.follow)
        context.changed.watch(self, relations.watched_tables(), self.refresh)

    def of(self, name: str) -> Offering:
        """What is known of a variable; nothing of one that no query answers."""
        return self._known.get(name, Offering())

    def gone(self, variable: Variable) -> frozenset[str]:
        """Which values are chosen and no longer offered. Nobody knows while the answer is still to come."""
        name, known = variable.name, variable.type == "list"
        if name in self._wanted and name not in self._waiting and name not in self._running:
            known = self.of(name).offer is not None and self._answers.get(name) == self._wanted[name]
        return frozenset(variable.chosen).difference(variable.values) if known else frozenset()

    @property
    def busy(self) -> bool:
        """Whether any query is waiting or under way."""
        return bool(self._waiting or self._running)

    def follow(self) -> None:
        """Ask for what is asked otherwise now, forget what is gone."""
        variables = self._editor.reader_document.variables
        if variables == self._seen:
            return
        self._seen = variables
        order = variable_queries.query_order(variables)
        before, self._wanted = self._wanted, self._questions(order.names)
        for name in self._known.keys() - self._wanted.keys() - order.refused.keys():
            del self._known[name]
            self._editor.forget_options(name)
        for name in list(self._running):
            if self._running[name][1] != self._wanted.get(name):
                self._stop(name)
        self._waiting = [name for name in self._waiting if name in self._wanted]
        for name, error in order.refused.items():
            if str(self.of(name).error) != str(error):
                self._tell(name, Offering(error=error))
        self._ask([name for name, question in self._wanted.items() if before.get(name) != question])

    def _questions(self, names: tuple[str, ...]) -> dict[str, Question]:
        queries = {one.name: one.query for one in self._editor.reader_document.variables}
        chosen = self._editor.reader_document.chosen
        return {
            name: Question(
                queries[name],
                tuple((one, chosen[one]) for one in variable_queries.names_in(queries[name]) if one in chosen),
            )
            for name in names
        }

    @property
    def asks(self) -> bool:
        """Whether there is anything to ask."""
        return bool(self._wanted)

    def may_ask(self, name: str) -> bool:
        """Whether there is a query to ask for it, and none that asks for itself."""
        return name in self._wanted

    def refresh(self) -> None:
        """Ask everything anew; what is offered stays until the answers are there."""
        self._ask(list(self._wanted))

    def ask_again(self, name: str) -> None:
        """Ask for one variable anew."""
        if name in self._wanted:
            self._tell(name, replace(self.of(name), error=None))
            self._ask([name])

    def cancel(self, name: str) -> None:
        """End a query somebody has waited for long enough."""
        if name in self._waiting:
            self._waiting.remove(name)
        elif name in self._running:
            self._stop(name)
        else:
            return
        do = _("Choose from the values already loaded, or refresh.")
        self._failed(name, Cancelled("query.stopped", _("The query was stopped."), do=do))
        self._go_on()

    def stop_all(self) -> None:
        """End what is under way (the page goes away)."""
        self._waiting.clear()
        for name in list(self._running):
            self._stop(name)

    def _ask(self, names: list[str]) -> None:
        for name in names:
            if name not in self._waiting:
                self._waiting.append(name)
        QTimer.singleShot(PATIENCE_MS, self, lambda: self._are_late(names))
        self._go_on()

    def _are_late(self, names: list[str]) -> None:
        for name in names:
            if (name in self._waiting or name in self._running) and not self.of(name).asking:
                self._tell(name, replace(self.of(name), asking=True))

    def _go_on(self) -> None:
        while len(self._running) < _AT_ONCE:
            name = next((one for one in self._waiting if self._may_begin(one)), None)
            if name is None:
                return
            self._waiting.remove(name)
            self._run(name, self._wanted[name])

    def _may_begin(self, name: str) -> bool:
        """Whether nothing it names is still awaited, nor itself."""
        awaited = {*self._waiting, *self._running}
        named = variable_queries.names_in(self._wanted[name].query)
        return name not in self._running and not any(one in awaited for one in named)

    def _run(self, name: str, question: Question) -> None:
        token, actor = CancelToken(), self._context.actor
        self._running[name] = (token, question)

        def mine() -> bool:
            if name not in self._running or self._running[name][0] is not token:
                return False
            del self._running[name]
            return not token.cancelled

        def right(offer: VariableOptions) -> None:
            if mine():
                self._answers[name] = question
                self._tell(name, Offering(offer))
                self._editor.answer_options(name, offer.values, offer.labels)
            self._go_on()

        def wrong(error: AppError) -> None:
            if mine():
                self._failed(name, error)
            self._go_on()

        self._context.tasks.read(
            self,
            lambda session: variable_queries.query_options(
                session, actor, question.query, variables=dict(question.chosen), cancel_token=token
            ),
            right,
            wrong,
            long=True,
        )

    def _failed(self, name: str, error: AppError) -> None:
        """What was answered to the same question is still offered; what was answered to another one is not."""
        offer = self.of(name).offer if self._answers.get(name) == self._wanted.get(name) else None
        self._tell(name, Offering(offer, error))
        if offer is None:
            self._editor.answer_options(name, None)

    def _stop(self, name: str) -> None:
        token, _question = self._running.pop(name)
        # On a server, stopping asks it over the network: not from the window's thread.
        threading.Thread(target=token.cancel, name="benchboard-stop", daemon=True).start()

    def _tell(self, name: str, offering: Offering) -> None:
        self._known[name] = offering
        self.answered.emit(name)

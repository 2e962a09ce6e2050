"""Runs the queries of a page's variables in the background, each after the variables that it uses, and keeps the
resulting options.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from benchboard.analytics import relations
from benchboard.analytics.cancellation import CancelToken
from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.variables import variable_queries
from benchboard.dashboards.variables.variable_queries import VariableOptions
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.column_spread import ColumnSpread
from benchboard.ui.studio.tiles.numbers.number_format import format_cell
from benchboard.ui.studio.tiles.query_results import LOADING_DELAY_MS
from benchboard.ui.studio.tiles.value_counts import ValueCounts
from benchboard.ui.time_format import iso_moment

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession

_MAX_RUNNING: Final = 2
"""Most queries that run at a time, so that workers are left for the tiles and other reads."""


class VariableQueryRequest(NamedTuple):
    """A variable's query with the selected values of the variables in it."""

    query: str
    variables: tuple[tuple[str, tuple[str, ...]], ...]
    time_range: TimeRange | None = None
    """The range that the query names."""
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class OptionsState:
    """The options of a variable, or why there are none. `loading` is set after `LOADING_DELAY_MS`."""

    options: VariableOptions | None = None
    error: AppError | None = None
    loading: bool = False

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels of the values that have one."""
        return self.options.labels if self.options is not None else MappingProxyType({})


def with_time_labels(options: VariableOptions) -> VariableOptions:
    """The options with labels for values that are times in ISO 8601: these are shown as other times are, all as days if
    they are midnights."""
    moments = {
        value: moment for value in options.values if (moment := iso_moment(value)) and value not in options.labels
    }
    has_times = any(moment.time() != moment.min.time() for moment in moments.values())
    shown = {value: format_cell(one if has_times else one.date()) for value, one in moments.items()}
    return replace(options, labels={**options.labels, **shown}) if shown else options


class VariableQueryRunner(QObject):
    """Runs the queries of all variables of a page, and passes their options on to the editor."""

    state_changed = Signal(str)
    """The options of this variable have changed, or their state."""

    def __init__(self, context: "Context", editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._editor = context, editor
        self._states: dict[str, OptionsState] = {}
        self._answered_requests: dict[str, VariableQueryRequest] = {}
        """The request that returned each variable's options."""
        self._requests: dict[str, VariableQueryRequest] = {}
        self._waiting: list[str] = []
        self._running: dict[str, tuple[CancelToken, VariableQueryRequest]] = {}
        self._last: tuple[tuple[Variable, ...], TimeRange] | None = None
        editor.changed.connect(self.update_requests)
        editor.options_changed.connect(self.update_requests)
        context.changed.watch(self, relations.watched_tables() | {"data_sources", "data_models"}, self.refresh)

    def state_of(self, name: str) -> OptionsState:
        """The options of a variable; empty for one without a query."""
        return self._states.get(name, OptionsState())

    def unavailable_values(self, variable: Variable) -> frozenset[str]:
        """The selected values that are no longer among the options; empty while the options are being loaded."""
        name, known = variable.name, variable.type == "list"
        if name in self._requests and name not in self._waiting and name not in self._running:
            known = (
                self.state_of(name).options is not None and self._answered_requests.get(name) == self._requests[name]
            )
        return frozenset(variable.chosen).difference(variable.values) if known else frozenset()

    @property
    def busy(self) -> bool:
        """Whether any query is waiting or running."""
        return bool(self._waiting or self._running)

    def update_requests(self) -> None:
        """Run the queries that have changed, and drop the options of variables that no longer exist."""
        variables = self._editor.reader_document.variables
        if (variables, self._editor.time_range) == self._last:
            return
        self._last = (variables, self._editor.time_range)
        order = variable_queries.query_order(variables)
        before, self._requests = self._requests, self._requests_for(order.names)
        for name in self._states.keys() - self._requests.keys() - order.errors.keys():
            del self._states[name]
            self._editor.forget_options(name)
        for name in list(self._running):
            if self._running[name][1] != self._requests.get(name):
                self._cancel_running(name)
        self._waiting = [name for name in self._waiting if name in self._requests]
        for name, error in order.errors.items():
            if str(self.state_of(name).error) != str(error):
                self._publish(name, OptionsState(error=error))
        self._enqueue([name for name, request in self._requests.items() if before.get(name) != request])

    def _requests_for(self, names: tuple[str, ...]) -> dict[str, VariableQueryRequest]:
        defined = {one.name: one for one in self._editor.reader_document.variables}
        queries = {name: one.query for name, one in defined.items()}
        chosen = self._editor.reader_document.chosen
        return {
            name: VariableQueryRequest(
                queries[name],
                tuple((one, chosen[one]) for one in variable_queries.names_in(queries[name]) if one in chosen),
                self._editor.time_range if self._editor.uses_time(queries[name]) else None,
                defined[name].data_source_id,
            )
            for name in names
        }

    @property
    def has_queries(self) -> bool:
        """Whether any variable has a query that can run."""
        return bool(self._requests)

    def has_query(self, name: str) -> bool:
        """Whether a variable has a query that doesn't depend on itself."""
        return name in self._requests

    def value_counts(self, name: str, parent: QObject) -> ValueCounts:
        """What counts the values of a variable, as long as `parent` shows them."""
        return ValueCounts(self._context, self._editor, name, parent)

    def column_spread(self, variable: Variable, parent: QObject) -> ColumnSpread:
        """What reads the values of the column of a range, as long as `parent` shows them."""
        return ColumnSpread(self._context, variable, parent)

    def refresh(self) -> None:
        """Run all queries again; the old options stay until the new ones arrive."""
        self._enqueue(list(self._requests))

    def retry(self, name: str) -> None:
        """Run the query of one variable again."""
        if name in self._requests:
            self._publish(name, replace(self.state_of(name), error=None))
            self._enqueue([name])

    def cancel(self, name: str) -> None:
        """Stop the query of a variable, at the user's request."""
        if name in self._waiting:
            self._waiting.remove(name)
        elif name in self._running:
            self._cancel_running(name)
        else:
            return
        do = _("Choose from the values already loaded, or refresh.")
        self._publish_error(name, Cancelled("query.stopped", _("The query was stopped."), do=do))
        self._start_next()

    def cancel_all(self) -> None:
        """Cancel all queries: the page is closing."""
        self._waiting.clear()
        for name in list(self._running):
            self._cancel_running(name)

    def _enqueue(self, names: list[str]) -> None:
        for name in names:
            if name not in self._waiting:
                self._waiting.append(name)
        QTimer.singleShot(LOADING_DELAY_MS, self, lambda: self._mark_loading(names))
        self._start_next()

    def _mark_loading(self, names: list[str]) -> None:
        for name in names:
            if (name in self._waiting or name in self._running) and not self.state_of(name).loading:
                self._publish(name, replace(self.state_of(name), loading=True))

    def _start_next(self) -> None:
        while len(self._running) < _MAX_RUNNING:
            name = next((one for one in self._waiting if self._is_ready(one)), None)
            if name is None:
                return
            self._waiting.remove(name)
            self._run(name, self._requests[name])

    def _is_ready(self, name: str) -> bool:
        """Whether neither the variable's own query nor one that it depends on is waiting or running."""
        awaited = {*self._waiting, *self._running}
        named = variable_queries.names_in(self._requests[name].query)
        return name not in self._running and not any(one in awaited for one in named)

    def _run(self, name: str, request: VariableQueryRequest) -> None:
        token, actor = CancelToken(), self._context.actor
        self._running[name] = (token, request)

        def take_running() -> bool:
            if name not in self._running or self._running[name][0] is not token:
                return False
            del self._running[name]
            return not token.cancelled

        def succeeded(options: VariableOptions) -> None:
            if take_running():
                self._answered_requests[name] = request
                options = with_time_labels(options)
                self._publish(name, OptionsState(options))
                self._editor.answer_options(name, options.values, options.labels)
            self._start_next()

        def failed(error: AppError) -> None:
            if take_running():
                self._publish_error(name, error)
            self._start_next()

        def query(session: "DatabaseSession") -> VariableOptions:
            period = request.time_range.period(datetime.now(UTC)).values if request.time_range is not None else {}
            variables = {**period, **dict(request.variables)}
            return variable_queries.query_options(
                session,
                actor,
                request.query,
                variables=variables,
                cancel_token=token,
                source_id=request.source_id,
            )

        self._context.tasks.read(
            self,
            query,
            succeeded,
            failed,
            long=True,
        )

    def _publish_error(self, name: str, error: AppError) -> None:
        """Publish an error; the old options stay if they came from the same request."""
        options = self.state_of(name).options if self._answered_requests.get(name) == self._requests.get(name) else None
        self._publish(name, OptionsState(options, error))
        if options is None:
            self._editor.answer_options(name, None)

    def _cancel_running(self, name: str) -> None:
        token, _request = self._running.pop(name)
        # On a server this is a request over the network, which must not block the main thread.
        threading.Thread(target=token.cancel, name="benchboard-stop", daemon=True).start()

    def _publish(self, name: str, state: OptionsState) -> None:
        self._states[name] = state
        self.state_changed.emit(name)

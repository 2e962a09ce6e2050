"""A request to end a query."""

import pytest

from benchboard.analytics.cancellation import CancelToken
from benchboard.errors import Cancelled


def test_cancel_while_work_runs_calls_back_once_each() -> None:
    token, called = CancelToken(), list[str]()
    with token.on_cancel(lambda: called.append("a")), token.on_cancel(lambda: called.append("b")):
        assert not token.cancelled
        token.cancel()
    assert token.cancelled
    assert called == ["a", "b"]


def test_cancel_after_work_ended_does_not_call_back() -> None:
    """What would be interrupted then is another query on the same connection."""
    token, called = CancelToken(), list[str]()
    with token.on_cancel(lambda: called.append("early")):
        pass
    with pytest.raises(KeyError), token.on_cancel(lambda: called.append("failed")):
        raise KeyError
    token.cancel()
    assert called == []


def test_on_cancel_of_cancelled_token_does_not_start_the_work() -> None:
    token, started = CancelToken(), list[str]()
    token.cancel()
    with pytest.raises(Cancelled) as refused, token.on_cancel(lambda: None):
        started.append("work")
    assert refused.value.code == "query.stopped"
    assert started == []

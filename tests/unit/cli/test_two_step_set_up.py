"""A command that signs in leads through setting up two-step sign-in in a terminal, and not in a script."""

import io
import sys

import click
import pytest

from benchboard.cli.two_step_set_up import sign_in_with_set_up
from benchboard.errors import Denied
from benchboard.identity.authentication import SignedIn
from benchboard.identity.second_factor import NEEDED, NewFactor


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _sign_in(new: NewFactor | None, given: list[NewFactor]) -> SignedIn:
    if new is None:
        raise Denied(NEEDED, "Lab requires it.", email="mert@example.com", organisation="Lab")
    given.append(new)
    return SignedIn(actor=None, token="t", recovery_codes=("aaaa-bbbb",))  # type: ignore[arg-type]  # nobody asks it


def test_set_up_shows_the_secret_on_standard_error_and_takes_a_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", _Terminal())
    monkeypatch.setattr(click, "prompt", lambda *_arguments, **_options: "123456")
    given: list[NewFactor] = []
    signed_in = sign_in_with_set_up(lambda new: _sign_in(new, given))
    assert signed_in.recovery_codes == ("aaaa-bbbb",)
    (new,) = given
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Lab requires two-step sign-in." in shown.err
    assert new.secret in shown.err.splitlines()
    assert f"secret={new.secret}" in shown.err
    assert new.code == "123456"


def test_set_up_is_refused_where_nobody_can_see_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("123456\n"))
    with pytest.raises(Denied) as refused:
        sign_in_with_set_up(lambda new: _sign_in(new, []))
    assert refused.value.code == NEEDED

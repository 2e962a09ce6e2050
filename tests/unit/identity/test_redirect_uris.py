"""Redirect URIs: what can be registered, and what a request may ask for."""

import pytest

from benchboard.errors import Invalid
from benchboard.identity.oauth import redirect_uris
from benchboard.identity.oauth.redirect_uris import find_problem, is_on_this_computer, is_registered


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.com/callback",
        "https://app.example.com:8443/callback?tenant=north",
        "https://app.example.com",
        "http://127.0.0.1/callback",
        "http://127.0.0.1:5173/callback",
        "http://[::1]:5173/callback",
        "http://localhost:5173/auth/back",
        "https://10.20.7.4/back",
    ],
)
def test_find_problem_of_usable_uri_is_none(uri: str) -> None:
    assert find_problem(uri) is None
    redirect_uris.require_usable([uri])


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("", "It has to have 1 to"),
        ("https://a.example/" + "x" * 2000, "It has to have 1 to"),
        ("https://a.example/back#part", "It contains a fragment."),
        ("https://a.example/back#", "It contains a fragment."),
        ("https://*.example.com/back", "It contains a wildcard."),
        ("https://a.example/*", "It contains a wildcard."),
        ("https://a.example/b ack", "characters that a URI can't have"),
        ("https://a.example/b\nack", "characters that a URI can't have"),
        ("https://a.example\\@evil.example/", "characters that a URI can't have"),
        ("https://münchen.example/", "characters that a URI can't have"),
        ("http://line2-tv/auth/back", "the code sent to line2-tv could be read"),
        ("http://127.0.0.1.evil.example/", "could be read"),
        ("http://127.0.0.2/", "could be read"),
        ("javascript:alert(1)", "It isn't an https address."),
        ("data:text/html,x", "It isn't an https address."),
        ("com.example.app:/callback", "It isn't an https address."),
        ("https:///callback", "It isn't an https address."),
        ("//a.example/callback", "It isn't an https address."),
        ("/callback", "It isn't an https address."),
        ("https://user:secret@a.example/", "It contains a name or password."),
        ("https://a.example/x/../callback", "Its path contains"),
        ("https://a.example/%2e%2E/callback", "Its path contains"),
        ("https://a.example:99999/", "It isn't a URI."),
        ("https://a.example:0/", "It isn't a URI."),
        ("https://[::1/", "It isn't a URI."),
        ("https://-a.example/", "isn't the name of a computer"),
        ("https://a..example/", "isn't the name of a computer"),
    ],
)
def test_find_problem_says_why(uri: str, why: str) -> None:
    problem = find_problem(uri)
    assert problem is not None
    assert why in problem.why
    with pytest.raises(Invalid) as refused:
        redirect_uris.require_usable([uri])
    assert refused.value.facts["field"] == "redirect_uris"


def test_require_usable_of_too_many_raises() -> None:
    with pytest.raises(Invalid, match="at most 20"):
        redirect_uris.require_usable([f"https://a.example/{at}" for at in range(21)])


@pytest.mark.parametrize(
    ("asked", "registered", "fits"),
    [
        ("https://a.example/back", "https://a.example/back", True),
        ("https://a.example/back/", "https://a.example/back", False),
        ("https://a.example/back?x=1", "https://a.example/back", False),
        ("https://A.example/back", "https://a.example/back", False),
        ("https://a.example:443/back", "https://a.example/back", False),
        ("http://127.0.0.1:50123/back", "http://127.0.0.1/back", True),
        ("http://[::1]:50123/back", "http://[::1]:4000/back", True),
        ("http://127.0.0.1:50123/other", "http://127.0.0.1/back", False),
        ("https://127.0.0.1:50123/back", "http://127.0.0.1/back", False),
        ("http://[::1]:50123/back", "http://127.0.0.1/back", False),
        ("http://localhost:5174/back", "http://localhost:5173/back", False),
        ("http://x@127.0.0.1:50123/back", "http://127.0.0.1/back", False),
        ("http://127.0.0.1:50123/back#x", "http://127.0.0.1/back", False),
    ],
)
def test_is_registered_compares_all_but_a_loopback_port(asked: str, registered: str, fits: bool) -> None:
    assert is_registered(asked, [registered]) is fits


def test_is_on_this_computer_knows_loopback_names() -> None:
    assert is_on_this_computer("http://localhost:1/")
    assert is_on_this_computer("http://[::1]/")
    assert not is_on_this_computer("https://localhost.example/")

"""E-mail addresses: the normal form that is compared and stored, and what is no address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.errors import Invalid
from benchboard.identity.email_addresses import normalise


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("Ines@Example.COM", "ines@example.com"),
        (" ines@example.com\t", "ines@example.com"),
        ("ines@münchen.example", "ines@xn--mnchen-3ya.example"),
        ("STRASSE@example.com", "strasse@example.com"),
        ("Straße@example.com", "strasse@example.com"),
        ("ｉｎｅｓ@example.com", "ines@example.com"),
        ("jürgen@example.com", "jürgen@example.com"),
        ("ju\u0308rgen@example.com", "jürgen@example.com"),
        ("ali@localhost", "ali@localhost"),
    ],
)
def test_normalise_address_forms_give_one_address(written: str, compared: str) -> None:
    assert normalise(written) == compared


@pytest.mark.parametrize(
    "text",
    ["", "ines", "@example.com", "ines@", "a b@example.com", "a@b@c", "ines@exa mple.com", "i\0@x.com", "<i@x.com>",
     "ines@-x.com", "ines@" + "a" * 64 + ".com", "i" * 65 + "@x.com", "ines@..", "ines@\ud800.com", "\ud800@x.com",
     "ines@x.com\nBcc: all@x.com"],
)  # fmt: skip
def test_normalise_invalid_address_raises_invalid(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalise(text)
    assert refused.value.facts["field"] == "email"


@given(st.text(max_size=40))
def test_normalise_any_text_is_idempotent_or_invalid(text: str) -> None:
    try:
        once = normalise(text)
    except Invalid:
        return
    assert normalise(once) == once
    assert once == once.casefold()

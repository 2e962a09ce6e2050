"""Addresses and passwords: the forms that are compared, and what is refused."""

import unicodedata
from collections.abc import Iterator

import bcrypt
import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from hypothesis import given
from hypothesis import strategies as st

from benchboard.errors import Invalid
from benchboard.identity import passwords
from benchboard.identity.email_addresses import normalise


@pytest.fixture(scope="module", autouse=True)
def as_people_have_it(true_hasher: PasswordHasher) -> Iterator[None]:
    cheap, passwords._hasher = passwords._hasher, true_hasher
    yield
    passwords._hasher = cheap


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
def test_an_address_has_one_form(written: str, compared: str) -> None:
    assert normalise(written) == compared


@pytest.mark.parametrize(
    "text",
    ["", "ines", "@example.com", "ines@", "a b@example.com", "a@b@c", "ines@exa mple.com", "i\0@x.com", "<i@x.com>",
     "ines@-x.com", "ines@" + "a" * 64 + ".com", "i" * 65 + "@x.com", "ines@..", "ines@\ud800.com", "\ud800@x.com",
     "ines@x.com\nBcc: all@x.com"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalise(text)
    assert refused.value.facts["field"] == "email"


@given(st.text(max_size=40))
def test_normalising_never_fails_otherwise_and_is_idempotent(text: str) -> None:
    try:
        once = normalise(text)
    except Invalid:
        return
    assert normalise(once) == once
    assert once == once.casefold()


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_the_same_letters_in_another_form_are_the_same_password(password: str, other: str) -> None:
    normal = passwords._normal(password)
    assert passwords._normal(unicodedata.normalize("NFD", password)) == normal
    if passwords._normal(other) != normal:
        assert unicodedata.normalize("NFKC", other) != unicodedata.normalize("NFKC", password)


def test_a_hash_verifies_its_password_alone() -> None:
    stored = passwords.hash_password("four unrelated words")
    assert stored.startswith("$argon2id$")
    assert passwords.verify(stored, "four unrelated words")
    assert not passwords.verify(stored, "four unrelated word")
    assert not passwords.verify(None, "four unrelated words")
    assert not passwords.outdated(stored)


def test_nobodys_hash_costs_what_a_real_one_costs() -> None:
    # A hash that did not parse would be refused at once, and tell that the address is unknown.
    hasher = PasswordHasher()
    with pytest.raises(VerifyMismatchError):
        hasher.verify(passwords._NOBODY, "anything")
    real = passwords.hash_password("anything at all").split("$")[2:4]
    assert passwords._NOBODY.split("$")[2:4] == real


@pytest.mark.parametrize(
    "stored", ["", "md5:5f4dcc3b5aa765d61d8327deb882cf99", "$2b$", "$2b$99$xx", "$argon2id$", "\0"]
)
def test_a_hash_of_no_known_form_is_nobodys(stored: str) -> None:
    assert not passwords.verify(stored, "password")


def test_bcrypt_verifies_and_is_outdated() -> None:
    stored = bcrypt.hashpw(b"password123", bcrypt.gensalt(4)).decode()
    assert passwords.verify(stored, "password123")
    assert not passwords.verify(stored, "password124")
    assert not passwords.verify(stored, "password123" * 10)  # longer than bcrypt can tell apart
    assert not passwords.verify(stored, "\0")
    assert passwords.outdated(stored)


def test_weaker_parameters_are_outdated() -> None:
    assert passwords.outdated(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("brief", "12"),
        ("x" * 257, "256"),
        ("ines.okafor@example.com", "address"),
        ("Ines.Okafor@example.com", "address"),
        ("aaaaaaaaaaaaaaaaaaaa", "same few"),
        ("", "12"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(password: str, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        passwords.require_acceptable(password, email="ines.okafor@example.com")
    assert refused.value.facts["field"] == "password"
    assert password not in str(refused.value) or not password


@pytest.mark.parametrize(("length", "refused"), [(11, True), (12, False), (256, False), (257, True)])
def test_require_acceptable_at_the_limits_of_length(length: int, refused: bool) -> None:
    password = ("abcd" * 65)[:length]
    if not refused:
        passwords.require_acceptable(password, email="ines.okafor@example.com")
        return
    with pytest.raises(Invalid):
        passwords.require_acceptable(password, email="ines.okafor@example.com")


@pytest.mark.parametrize(("password", "refused"), [("abc" * 4, True), ("abcd" * 3, False)])
def test_require_acceptable_needs_four_different_characters(password: str, refused: bool) -> None:
    if not refused:
        passwords.require_acceptable(password, email="ines.okafor@example.com")
        return
    with pytest.raises(Invalid, match="same few"):
        passwords.require_acceptable(password, email="ines.okafor@example.com")


@pytest.mark.parametrize("password", ["four unrelated words", "x9-k" * 5, "şifrelerin en uzunu", "a" * 252 + "bcde"])
def test_a_long_password_is_accepted_whatever_it_holds(password: str) -> None:
    passwords.require_acceptable(password, email="ines.okafor@example.com")

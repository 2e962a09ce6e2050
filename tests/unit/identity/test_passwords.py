"""Passwords: how they are hashed and compared, and which are rejected."""

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


@pytest.fixture(scope="module", autouse=True)
def real_hasher(true_hasher: PasswordHasher) -> Iterator[None]:
    cheap, passwords._hasher = passwords._hasher, true_hasher
    yield
    passwords._hasher = cheap


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_password_in_another_unicode_form_is_the_same_password(password: str, other: str) -> None:
    normal = passwords._normal(password)
    assert passwords._normal(unicodedata.normalize("NFD", password)) == normal
    if passwords._normal(other) != normal:
        assert unicodedata.normalize("NFKC", other) != unicodedata.normalize("NFKC", password)


def test_verify_hash_with_its_password_alone_succeeds() -> None:
    stored = passwords.hash_password("four unrelated words")
    assert stored.startswith("$argon2id$")
    assert passwords.verify(stored, "four unrelated words")
    assert not passwords.verify(stored, "four unrelated word")
    assert not passwords.verify(None, "four unrelated words")
    assert not passwords.outdated(stored)


def test_hash_for_unknown_accounts_costs_what_a_real_one_costs() -> None:
    # A hash that did not parse would be refused at once, and tell that the address is unknown.
    hasher = PasswordHasher()
    with pytest.raises(VerifyMismatchError):
        hasher.verify(passwords._NOBODY, "anything")
    real = passwords.hash_password("anything at all").split("$")[2:4]
    assert passwords._NOBODY.split("$")[2:4] == real


@pytest.mark.parametrize(
    "stored", ["", "md5:5f4dcc3b5aa765d61d8327deb882cf99", "$2b$", "$2b$99$xx", "$argon2id$", "\0"]
)
def test_verify_hash_of_unknown_form_fails(stored: str) -> None:
    assert not passwords.verify(stored, "password")


def test_verify_bcrypt_hash_succeeds_and_is_outdated() -> None:
    stored = bcrypt.hashpw(b"password123", bcrypt.gensalt(4)).decode()
    assert passwords.verify(stored, "password123")
    assert not passwords.verify(stored, "password124")
    assert not passwords.verify(stored, "password123" * 10)  # longer than bcrypt can tell apart
    assert not passwords.verify(stored, "\0")
    assert passwords.outdated(stored)


def test_outdated_hash_with_weaker_parameters_is_true() -> None:
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
def test_require_acceptable_guessable_password_raises_invalid(password: str, why: str) -> None:
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
def test_require_acceptable_long_password_is_accepted(password: str) -> None:
    passwords.require_acceptable(password, email="ines.okafor@example.com")

"""Redirect URIs: which ones a client may have, and whether a request's is one of them.

Sources: RFC 6749 section 3.1.2 (absolute, no fragment), RFC 9700 section 2.1 (exact match), RFC 8252 sections 7.3 and
8.3 (programs on one's own computer: plain HTTP to the loopback address, on whichever port is free).
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import SplitResult, urlsplit

from benchboard.errors import Invalid, check_all
from benchboard.i18n import _

MOST: Final = 20
"""How many redirect URIs a client may have."""
LONGEST: Final = 2000
"""Characters of a redirect URI at most."""
_ALLOWED: Final = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()+,;=%-]+")
"""The characters of a URI (RFC 3986), without the fragment's and the star of a wildcard."""
_LOOPBACK: Final = ("127.0.0.1", "::1")
"""The hosts where the port may differ from the one registered."""


@dataclass(frozen=True, slots=True)
class RedirectProblem:
    """Why a redirect URI can't be used, and what to do about it."""

    why: str
    do: str = ""


def is_on_this_computer(uri: str) -> bool:
    """Whether a redirect URI leads to a program on the person's own computer."""
    return urlsplit(uri).hostname in (*_LOOPBACK, "localhost")


def find_problem(uri: str) -> RedirectProblem | None:
    """What is wrong with a redirect URI; None if it can be registered."""
    if not uri or len(uri) > LONGEST:
        return RedirectProblem(_("It has to have 1 to {longest} characters.").format(longest=LONGEST))
    if "#" in uri:
        return RedirectProblem(_("It contains a fragment."), _("Remove the # and what follows it."))
    if "*" in uri:
        return RedirectProblem(_("It contains a wildcard."), _("Add each address by itself."))
    if not _ALLOWED.fullmatch(uri):
        return RedirectProblem(_("It contains characters that a URI can't have."), _("Write them as %20, for example."))
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return RedirectProblem(_("It isn't a URI."), _("Write it like https://app.example.com/callback."))
    if port == 0:
        return RedirectProblem(_("It isn't a URI."), _("Write it like https://app.example.com/callback."))
    return _problem_of_parts(parts)


def _problem_of_parts(parts: SplitResult) -> RedirectProblem | None:
    example = _("Write it like https://app.example.com/callback.")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return RedirectProblem(_("It isn't an https address."), example)
    if "@" in parts.netloc:
        return RedirectProblem(_("It contains a name or password."), _("Remove what stands before the @."))
    if {".", ".."} & set(parts.path.lower().replace("%2e", ".").split("/")):
        return RedirectProblem(_("Its path contains “.” or “..”."), _("Write the whole path."))
    if parts.scheme == "http" and parts.hostname not in (*_LOOPBACK, "localhost"):
        return RedirectProblem(
            _("Use https: without it, the code sent to {host} could be read.").format(host=parts.hostname),
            _("For a program on the person's own computer, use 127.0.0.1."),
        )
    if not _is_host(parts.hostname):
        return RedirectProblem(_("“{host}” isn't the name of a computer.").format(host=parts.hostname), example)
    return None


def _is_host(host: str) -> bool:
    if ":" in host:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            return False
        return True
    labels = host.removesuffix(".").split(".")
    return all(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", label) for label in labels) and len(host) < 254


def require_usable(uris: Sequence[str]) -> None:
    """Raise `Invalid` (`clients.redirect`) for each redirect URI that a client can't have, and for too many."""
    if len(uris) > MOST:
        raise Invalid(
            "clients.redirect",
            _("A client can have at most {most} redirect URIs.").format(most=MOST),
            field="redirect_uris",
        )
    check_all(*(partial(_require_one, uri) for uri in uris))


def _require_one(uri: str) -> None:
    problem = find_problem(uri)
    if problem is not None:
        raise Invalid(
            "clients.redirect",
            _("The redirect URI “{uri}” can't be used.").format(uri=uri[:200]),
            why=problem.why,
            do=problem.do,
            field="redirect_uris",
            uri=uri,
        )


def is_registered(uri: str, registered: Sequence[str]) -> bool:
    """Whether a request's redirect URI is one of a client's: the same text, but for the port of a loopback address."""
    return uri in registered or any(_differs_in_port(uri, one) for one in registered)


def _differs_in_port(uri: str, registered: str) -> bool:
    if find_problem(uri) is not None:
        return False
    asked, known = urlsplit(uri), urlsplit(registered)
    if known.scheme != "http" or known.hostname not in _LOOPBACK:
        return False
    return (asked.scheme, asked.hostname, asked.path, asked.query) == (
        known.scheme,
        known.hostname,
        known.path,
        known.query,
    )

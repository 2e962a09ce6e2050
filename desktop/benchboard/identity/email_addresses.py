"""E-mail addresses: stored as written, and compared in a normalised form."""

import re
import unicodedata

import idna

from benchboard.errors import Invalid
from benchboard.i18n import _

_LOCAL = re.compile(r"[^\s@<>(),;:\\\"\[\]\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,64}")


def normalise(address: str) -> str:
    """The comparable form of `address`: NFKC, casefold, IDNA A-labels. Raises `Invalid` (`addresses.invalid`)."""
    text = unicodedata.normalize("NFKC", address).strip()
    local, at, domain = text.rpartition("@")
    host = _host(domain) if at and _LOCAL.fullmatch(local) and len(text) <= 255 else ""
    if not host:
        raise invalid(address)
    return f"{local.casefold()}@{host}"


def invalid(address: str) -> Invalid:
    """The error for what is no address."""
    return Invalid(
        "addresses.invalid",
        _("“{address}” isn't a valid email address.").format(address=address[:80]),
        do=_("Use the format name@example.com."),
        field="email",
    )


def _host(domain: str) -> str:
    try:
        return idna.encode(domain.casefold(), uts46=True).decode() if domain else ""
    except (idna.IDNAError, UnicodeError):
        return ""

"""What can be set of an OAuth client, the rules for it, and the words for its values."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from benchboard.errors import Invalid, check_all
from benchboard.i18n import _
from benchboard.identity import person_names
from benchboard.identity.oauth import redirect_uris
from benchboard.identity.organisations import SCOPES

ClientType = Literal["confidential", "public"]
CLIENT_TYPES: Final[tuple[ClientType, ...]] = ("confidential", "public")
"""A confidential client runs on a server and keeps a secret; a public one is given to people, and can't."""
CODE: Final = "authorization_code"
REFRESH: Final = "refresh_token"
CREDENTIALS: Final = "client_credentials"
GRANT_TYPES: Final = (CODE, REFRESH, CREDENTIALS)
OFFLINE: Final = "offline_access"
"""The scope that a refresh token is issued for."""


@dataclass(frozen=True, slots=True)
class ClientFields:
    """What can be set of a client; None leaves a field as it is. Lists are kept in the order of their known values,
    redirect URIs in the order given."""

    name: str | None = None
    redirect_uris: tuple[str, ...] | None = None
    scopes: tuple[str, ...] | None = None
    grant_types: tuple[str, ...] | None = None


def in_known_order(values: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Values in the order of the known ones, each once; unknown ones last."""
    given = dict.fromkeys(values)
    return (*(one for one in known if one in given), *(one for one in given if one not in known))


def normalised(fields: ClientFields) -> ClientFields:
    """The fields as they are stored."""
    return ClientFields(
        None if fields.name is None else fields.name.strip(),
        None if fields.redirect_uris is None else tuple(dict.fromkeys(uri.strip() for uri in fields.redirect_uris)),
        None if fields.scopes is None else in_known_order(fields.scopes, tuple(SCOPES)),
        None if fields.grant_types is None else in_known_order(fields.grant_types, GRANT_TYPES),
    )


def require_valid(fields: ClientFields, kind: ClientType) -> None:
    """Raise `Invalid` for what a client of this type can't have; all fields are given. `facts["field"]` is its name."""
    grants, uris = fields.grant_types or (), fields.redirect_uris or ()
    check_all(
        partial(_require_name, fields.name or ""),
        partial(_require_known, fields.scopes or (), tuple(SCOPES), "scopes"),
        partial(_require_known, grants, GRANT_TYPES, "grant_types"),
        partial(_require_fitting, grants, kind),
        partial(redirect_uris.require_usable, uris),
        partial(_require_uris, grants, uris),
    )


def _require_name(name: str) -> None:
    if not name:
        raise Invalid("clients.name", _("Enter a name."), field="name")
    person_names.require_name(name)


def _require_known(values: Sequence[str], known: Sequence[str], field: str) -> None:
    for value in values:
        if value not in known:
            sentence = {
                "scopes": _("“{value}” isn't a scope."),
                "grant_types": _("“{value}” isn't a grant type."),
            }[field]
            raise Invalid(
                "clients.value",
                sentence.format(value=value[:60]),
                do=_("Choose one of: {values}.").format(values=", ".join(known)),
                field=field,
            )


def _require_fitting(grants: Sequence[str], kind: ClientType) -> None:
    what, do = "", ""
    if not grants:
        what = _("A client needs at least one grant type.")
        do = _("Choose one of: {values}.").format(values=", ".join(GRANT_TYPES))
    elif REFRESH in grants and CODE not in grants:
        what = _("Only a client that people sign in to can have refresh tokens.")
        do = _("Add the grant type {grant}.").format(grant=CODE)
    elif CREDENTIALS in grants and kind == "public":
        what = _("A public client can't sign in as itself.")
        do = _("It has no secret. Use a confidential client for a service.")
    if what:
        raise Invalid("clients.grants", what, do=do, field="grant_types")


def _require_uris(grants: Sequence[str], uris: Sequence[str]) -> None:
    if CODE in grants and not uris:
        raise Invalid(
            "clients.no-redirect",
            _("A client that people sign in to needs a redirect URI."),
            do=_("Add the address that people return to after signing in."),
            field="redirect_uris",
        )


def type_title(kind: str) -> str:
    """The type of a client."""
    return {"confidential": _("Confidential"), "public": _("Public")}.get(kind, kind)


def type_explanation(kind: str) -> str:
    """What the type of a client means."""
    return {
        "confidential": _("Runs on a server and keeps a secret."),
        "public": _("Runs on people's own devices. It has no secret and must use PKCE."),
    }.get(kind, "")


def grant_title(grant: str) -> str:
    """What a grant type lets a client do."""
    return {
        CODE: _("Sign people in (authorization code)"),
        REFRESH: _("Get new tokens without asking again (refresh token)"),
        CREDENTIALS: _("Sign in as itself (client credentials)"),
    }.get(grant, grant)


def scope_title(scope: str) -> str:
    """What a scope lets a client do, as a person reads it who is asked."""
    return {
        "openid": _("Know who you are"),
        "profile": _("See your name"),
        "email": _("See your email address"),
        "offline_access": _("Keep access when you aren't using it"),
    }.get(scope, scope)

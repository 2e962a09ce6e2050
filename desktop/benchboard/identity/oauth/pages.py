"""The issuer's pages: consent, and errors. They need no JavaScript, load nothing, and escape whatever they show."""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import urlsplit

from benchboard.i18n import _
from benchboard.identity.oauth.authorization import AuthorizationRequest
from benchboard.identity.oauth.client_fields import scope_title

_STYLE: Final = """
body{font:15px/1.5 system-ui,sans-serif;margin:0;background:#f4f5f7;color:#1a1d23}
main{max-width:26rem;margin:8vh auto;padding:1.75rem;background:#fff;border:1px solid #d8dbe2;border-radius:10px}
h1{font-size:1.25rem;margin:0 0 .5rem}p{margin:.5rem 0}ul{padding-left:1.2rem}
label{display:block;margin:.75rem 0 .25rem}
input{width:100%;box-sizing:border-box;padding:.5rem;font:inherit;border:1px solid #8a90a0;border-radius:6px}
button{font:inherit;padding:.5rem 1rem;border-radius:6px;margin:.9rem .5rem 0 0;border:1px solid #8a90a0}
button{background:#fff}button.primary{background:#2456d6;border-color:#2456d6;color:#fff}
.error{color:#b3261e}.muted{color:#5b6272}code{font-size:1.4rem;letter-spacing:.15em}
hr{border:0;border-top:1px solid #d8dbe2}
@media(prefers-color-scheme:dark){body{background:#14161a;color:#e8eaf0}main{background:#1c1f26;border-color:#343946}
input,button{background:#14161a;color:#e8eaf0;border-color:#5b6272}.muted{color:#a2a9b8}.error{color:#ff8a80}}
"""
_STYLE_HASH: Final = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


@dataclass(frozen=True, slots=True)
class PageContent:
    """A page and the policy that its browser holds it to."""

    html: str
    policy: str


def consent_page(
    request: AuthorizationRequest, organisation: str, csrf: str, *, number: str, error: str = ""
) -> PageContent:
    """Asks a person for consent: with their password, or, if there is a `number`, as the window's session confirmed."""
    asked = "".join(f"<li>{escape(scope_title(one))}</li>" for one in request.scopes)
    target = urlsplit(request.redirect_uri)
    heading = _("Allow {client}?").format(client=request.client_name)
    what = _("It asks for this, with your account of {organisation}:").format(organisation=organisation)
    where = _("You return to {host}.").format(host=target.netloc)
    parts = [
        f"<h1>{escape(heading)}</h1>",
        f"<p>{escape(what)}</p>",
        f"<ul>{asked}</ul>",
        f"<p class=muted>{escape(where)}</p>",
        f"<p class=error role=alert>{escape(error)}</p>" if error else "",
        '<form method=post action="/authorize">',
        f'<input type=hidden name=csrf value="{escape(csrf)}">',
        _window_part(number) if number else "",
    ]
    email, password, allow, deny = map(escape, (_("Email"), _("Password"), _("Sign in and allow"), _("Deny")))
    code = escape(_("Code of your authenticator app, if you use two-step sign-in"))
    parts.append(
        f"<label for=email>{email}</label><input id=email name=email type=email autocomplete=username>"
        f"<label for=password>{password}</label>"
        "<input id=password name=password type=password autocomplete=current-password>"
        f"<label for=code>{code}</label>"
        "<input id=code name=code inputmode=numeric autocomplete=one-time-code maxlength=64>"
        f"<button class=primary name=decision value=password>{allow}</button>"
        f"<button name=decision value=deny>{deny}</button></form>"
    )
    return _page(_("Allow access"), parts, form_to=f"{target.scheme}://{target.netloc}")


def _window_part(number: str) -> str:
    text = escape(_("To use your session in Benchboard, confirm this number there, then continue:"))
    go_on = escape(_("Continue"))
    return (
        f"<p>{text}</p><p><code>{escape(number)}</code></p>"
        f"<button class=primary name=decision value=window>{go_on}</button><hr>"
    )


def message_page(title: str, text: str) -> PageContent:
    """Says one thing."""
    return _page(title, [f"<h1>{escape(title)}</h1>", f"<p>{escape(text)}</p>"])


def _page(title: str, parts: Sequence[str], form_to: str = "") -> PageContent:
    html = (
        f"<!doctype html><html><head><meta charset=utf-8><title>{escape(title)}</title>"
        f'<meta name=viewport content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><main>{''.join(parts)}</main></body></html>"
    )
    forms = f"'self' {form_to}" if form_to else "'none'"
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action {forms}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    return PageContent(html, policy)

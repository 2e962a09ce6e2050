"""Why a REST API didn't give its rows, as errors that name the cause and the setting to look at."""

from typing import Final, Literal

from benchboard.errors import Unavailable
from benchboard.i18n import _

Cause = Literal[
    "host", "refused", "tls", "timeout", "local", "forbidden", "credentials", "not-found", "busy", "status",
    "redirects", "redirect", "type", "encoding", "json", "no-rows", "too-large", "columns", "repeats", "next",
    "csv-pages", "broken", "empty",
]  # fmt: skip
_FIELDS: Final[dict[Cause, str]] = {
    "credentials": "secret", "no-rows": "rows_path", "local": "allow_local", "repeats": "paging", "next": "paging",
    "csv-pages": "paging", "empty": "rows_path",
}  # fmt: skip


def rest_error(cause: Cause, **facts: object) -> Unavailable:
    """The error of a request. Code `rest.<cause>`, with the fact `field`; never with a secret or an address's
    parameters. `facts` fill in the texts: `host`, `status`, `path`, `limit`."""
    what, do = _texts(cause)
    return Unavailable(f"rest.{cause}", what.format(**facts), do=do.format(**facts), field=_FIELDS.get(cause, "url"))


def _texts(cause: Cause) -> tuple[str, str]:
    check_paging = _("Check the paging settings.")
    check_url = _("Check the address.")
    return {
        "host": (_("The server “{host}” wasn't found."), _("Check the name and your network.")),
        "refused": (_("“{host}” refused the connection."), _("Check the address, and that the server is running.")),
        "tls": (
            _("No secure connection to “{host}” could be made."),
            _("Check the server's certificate. Benchboard doesn't connect to a server that it can't verify."),
        ),
        "timeout": (_("“{host}” didn't answer in time."), _("Check the address, the network and any firewall.")),
        "local": (
            _("“{host}” is this computer or in the local network."),
            _("Allow addresses on this computer and in the local network, if you trust the server."),
        ),
        "forbidden": (_("No data source may connect to “{host}”."), _("Enter another address.")),
        "credentials": (
            _("“{host}” rejected the credentials (status {status})."),
            _("Check the authentication, and that the account may read this data."),
        ),
        "not-found": (_("“{host}” has nothing at this address (status {status})."), check_url),
        "busy": (_("“{host}” is busy (status {status})."), _("Try again later.")),
        "status": (_("“{host}” answered with status {status}."), _("Check the address and the settings.")),
        "redirects": (_("“{host}” redirects without end."), check_url),
        "redirect": (_("“{host}” redirects to where this request may not go."), _("Enter the final address.")),
        "type": (_("The answer of “{host}” is neither JSON nor CSV."), check_url),
        "encoding": (_("The text of the answer can't be decoded."), _("Ask for UTF-8 by an Accept-Charset header.")),
        "json": (_("The answer of “{host}” isn't valid JSON."), check_url),
        "no-rows": (_("The answer has no rows at {path}."), _("Choose where the rows are.")),
        "empty": (_("The answer has no rows."), _("Check the address and the path to the rows.")),
        "too-large": (_("The answer is larger than {limit} MB."), _("Ask for fewer rows, or page by page.")),
        "columns": (_("The rows have more than {limit} columns."), _("Choose a path to simpler rows.")),
        "repeats": (_("The API returned the same page twice."), check_paging),
        "next": (_("The next page is on another server."), check_paging),
        "csv-pages": (_("CSV is read as one page."), _("Choose no paging, or ask for JSON.")),
        "broken": (_("The connection to “{host}” broke off."), _("Try again.")),
    }[cause]

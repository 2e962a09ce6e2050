"""The password in a database's URL. Needs no driver, so that the window can use it before its first paint."""

from urllib.parse import unquote, urlsplit


def without_password(url: str) -> str:
    """`url` without a password, for showing and saving; empty if it can't be parsed."""
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:
        return ""
    query = "&".join(part for part in parts.query.split("&") if not is_password_parameter(part))
    if password is None and query == parts.query:
        return url
    user, at, host = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{user.partition(':')[0]}{at}{host}{parts.path}{'?' if query else ''}{query}"


def is_password_parameter(part: str) -> bool:
    """Whether a part of a URL's query, `name=value`, is a password: libpq accepts these there as well."""
    return unquote(part.partition("=")[0]).lower() in ("password", "sslpassword")

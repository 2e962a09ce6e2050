"""OAuth's own errors, which programs read: a code of RFC 6749 section 5.2 and a sentence for developers."""

from collections.abc import Mapping


class OAuthError(Exception):
    """A request that the issuer refuses. `code` is OAuth's, `description` for developers and never with a secret."""

    def __init__(self, code: str, description: str, *, status: int = 400) -> None:
        super().__init__(code, description)
        self.code, self.description, self.status = code, description, status

    def answer(self) -> Mapping[str, str]:
        """The body of the answer."""
        return {"error": self.code, "error_description": self.description}


def invalid_client() -> OAuthError:
    """The client is unknown, disabled, or its secret is wrong: which of them is not said."""
    return OAuthError("invalid_client", "The client isn't known, or its credentials are wrong.", status=401)


def invalid_grant() -> OAuthError:
    """A code or refresh token can't be used: why is not said."""
    return OAuthError("invalid_grant", "The code or refresh token is wrong, was used, has expired or was revoked.")

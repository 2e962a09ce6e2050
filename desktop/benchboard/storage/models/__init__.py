"""Every table, on both databases. Import the classes from their modules; importing any one loads all.

The schema is shared with other programs, and has tables that no service here uses, such as those of `Alert`,
`Workflow`, `Jwk`, `Consent` and `Invitation`.
"""

from benchboard.storage.models import analytics, commits, credentials, dashboards, dongles, identity, merchants, sign_in
from benchboard.storage.models.base import Base, state_formats

state_formats(Base.metadata)

__all__ = ["Base", "analytics", "commits", "credentials", "dashboards", "dongles", "identity", "merchants", "sign_in"]

"""A process that reports that its window shows a dashboard, through the product's own service, and is killed then.

Arguments: database URL, its key in hex ("" for none), the dashboard's id. The acting account is JSON on standard input.
"""

import json
import os
import signal
import sys

from benchboard.dashboards import presence
from benchboard.identity.permissions import Actor, Client, Grants
from benchboard.storage.engine import Database
from benchboard.storage.models.base import new_id


def main() -> None:
    url, key, dashboard_id = sys.argv[1:]
    given = json.load(sys.stdin)
    grants = Grants(frozenset(given.pop("roles")), frozenset(given.pop("permissions")))
    actor = Actor(**{**given, "client": Client("bench-12", "test"), "grants": grants})
    database = Database.open(url, key=bytes.fromhex(key) or None)
    with database.bind(actor).change() as session:
        presence.report(session, actor, new_id(), dashboard_id, ("w1",))
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()

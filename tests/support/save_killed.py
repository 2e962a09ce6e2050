"""A process that saves with the product's own service and is killed at one of its SQL statements.

Arguments: database URL, its key in hex ("" for none), `before` or `after` or `commit`, the number of the statement
(0: live on), the dashboard's id ("" for the home layout). Prints how many statements the save took when it lives. The
acting account is JSON on standard input.
"""

import json
import os
import signal
import sys

from sqlalchemy import event

from benchboard.dashboards import home_layout, library
from benchboard.identity.permissions import Actor, Client, Grants
from benchboard.storage.engine import Database
from support.databases import unbound
from support.papers import document, item

NEW = [{"id": "new", "type": "text", "position": {"x": 0, "y": 0, "w": 4, "h": 4}, "config": {"text": "n" * 20_000}}]
# A dashboard's save in which everything happens at once: its name, widgets that come, go and move, a new version.
OLD_DASHBOARD = document("Old", item("stays"), item("moves", 3), item("goes", 6, theirs="o" * 20_000))
NEW_DASHBOARD = document("New", item("stays"), item("moves", 3, 4), item("comes", 6, theirs="n" * 20_000))
_EVENTS = {"before": "before_cursor_execute", "after": "after_cursor_execute", "commit": "commit"}


def main() -> None:
    url, key, moment, statement, dashboard_id = sys.argv[1:]
    given = json.load(sys.stdin)
    grants = Grants(frozenset(given.pop("roles")), frozenset(given.pop("permissions")))
    actor = Actor(**{**given, "client": Client("bench-12", "test"), "grants": grants})
    database = Database.open(url, key=bytes.fromhex(key) or None)
    count = 0

    def counted(*_arguments: object) -> None:
        nonlocal count
        count += 1
        if count == int(statement):
            os.kill(os.getpid(), signal.SIGKILL)

    for engine in database.engines:
        event.listen(engine, _EVENTS[moment], counted)
    with unbound(database).change() as session:
        if dashboard_id:
            library.save(session, actor, dashboard_id, NEW_DASHBOARD, base_version=1, note="New")
        else:
            home_layout.save_home(session, actor, NEW, base_version=1)
    print(count)


if __name__ == "__main__":
    main()

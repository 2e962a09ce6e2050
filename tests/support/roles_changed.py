"""Changes what a person of north may do, as other programs do: `python -m support.roles_changed URL WHAT EMAIL …`."""

import sys

from sqlalchemy.orm import Session

from benchboard.identity import authentication, person_changes, role_changes, users
from benchboard.identity.permissions import Actor
from benchboard.identity.person_changes import PersonFields
from benchboard.identity.role_changes import RoleFields
from benchboard.storage import guard
from benchboard.storage.engine import Database
from support.databases import KEY, unbound
from support.people import CLIENT, PASSWORD


def change(session: Session, admin: Actor, what: str, email: str, names: list[str]) -> None:
    """Give the person a system `role`, an own role with `abilities` or `acts`, or change what that one `permits`."""
    person = users.get_person_matching(session, admin, email)
    if what == "role":
        person_changes.change_person(session, admin, person.id, PersonFields(role=names[0]))
    elif what == "abilities":
        made = role_changes.create_role(session, admin, name="Line lead", abilities=frozenset(names))
        role_changes.add_people(session, admin, made.id, [person.id])
    elif what == "acts":  # which no ability has alone, as a role of an older version may
        made = role_changes.create_role(session, admin, name="Line lead")
        guard.set_role_permissions(session, admin.organisation_id, made.id, names)
        role_changes.add_people(session, admin, made.id, [person.id])
    else:
        role = role_changes.get_role(session, admin, "Line lead")
        role_changes.change_role(session, admin, role.id, RoleFields(abilities=frozenset(names)))


def main(url: str, what: str, email: str, *names: str) -> None:
    database = Database.open(url, key=KEY if url.startswith("sqlite") else None)
    with unbound(database).change() as session:
        admin = authentication.sign_in(session, email="admin@north.example", password=PASSWORD, client=CLIENT).actor
    with database.bind(admin).change() as session:
        change(session, admin, what, email, list(names))
    database.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A transaction acts for an account that is live now, with the permissions it has now."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, event, select, text, update

from benchboard.errors import Denied
from benchboard.identity import sessions, users
from benchboard.identity.permissions import has_permission
from benchboard.storage import guard
from benchboard.storage.engine import SYSTEM_ACTS
from benchboard.storage.models.identity import Organisation, Permission, Role, RolePermission, User, UserRole
from support.databases import unbound
from support.people import Town
from support.source import walked

PACKAGE = Path(__file__).parents[3] / "desktop" / "benchboard"


def _refused(town: Town, signed_in: object) -> str:
    """The reason with which both a read and a change are refused."""
    transactions = town.database.bind(signed_in.actor)  # type: ignore[attr-defined]
    reasons = set()
    for begin in (transactions.read, transactions.change):
        with pytest.raises(Denied) as ended, begin():
            pytest.fail("the transaction began")
        assert ended.value.code == "access.ended"
        reasons.add(str(ended.value.facts["reason"]))
    (reason,) = reasons
    return reason


def test_bind_after_the_session_was_revoked_is_refused(town: Town) -> None:
    town.add("mert@north.example")
    mert = town.sign_in("mert@north.example")
    with town.database.bind(mert.actor).read() as session:
        assert session.scalar(select(User.name).where(User.id == mert.actor.user_id)) == "mert"
    with town.database.bind(town.actor).change() as session:
        sessions.revoke_sessions(session, town.actor, [str(mert.actor.session_id)])
    assert _refused(town, mert) == "revoked"


def test_bind_to_a_disabled_account_is_refused(town: Town) -> None:
    town.add("mert@north.example")
    mert = town.sign_in("mert@north.example")
    with town.database.engine.begin() as connection:
        connection.execute(update(User).where(User.id == mert.actor.user_id).values(status="inactive"))
    assert _refused(town, mert) == "disabled"


def test_bind_in_a_suspended_organisation_is_refused(town: Town) -> None:
    with town.database.engine.begin() as connection:
        connection.execute(update(Organisation).where(Organisation.id == town.north).values(status="suspended"))
    assert _refused(town, town.admin) == "organisation"
    with town.database.bind(town.stranger.actor).read():
        pass


def test_bind_to_somebody_whom_a_disabled_admin_acts_as_is_refused(town: Town) -> None:
    from dataclasses import replace

    town.add("mert@north.example")
    mert = town.sign_in("mert@north.example")
    acted = replace(mert.actor, acted_by=town.actor.user_id)
    with town.database.bind(acted).read():
        pass
    with town.database.engine.begin() as connection:
        connection.execute(update(User).where(User.id == town.actor.user_id).values(status="inactive"))
    with pytest.raises(Denied), town.database.bind(acted).read():
        pytest.fail("the transaction began")


def test_bind_after_a_role_change_has_its_permissions(town: Town) -> None:
    town.add("mert@north.example", role="analyst")
    actor = town.sign_in("mert@north.example").actor
    assert not has_permission(actor, "users:read")
    with unbound(town.database).change() as session:
        guard.change_role(session, organisation_id=town.north, user_id=actor.user_id, slug="admin")
        from benchboard.storage import change_tracking

        change_tracking.unaudited(session, "user_roles", "users")
    with town.database.bind(actor).read():
        assert has_permission(actor, "users:read")
        assert actor.roles == {"admin"}


def test_bind_after_a_permission_was_removed_lacks_it(town: Town) -> None:
    assert has_permission(town.actor, "users:write")
    with town.database.engine.begin() as connection:
        taken = select(Permission.id).where(Permission.name == "users:write")
        connection.execute(delete(RolePermission).where(RolePermission.permission_id.in_(taken)))
    with pytest.raises(Denied), town.database.bind(town.actor).change() as session:
        users.set_state(session, town.actor, [town.actor.user_id], "inactive")


def test_bind_to_an_account_without_roles_has_no_permissions(town: Town) -> None:
    with town.database.engine.begin() as connection:
        connection.execute(delete(UserRole).where(UserRole.user_id == town.actor.user_id))
        assert connection.scalar(select(Role.id).limit(1)) is not None
    with town.database.bind(town.actor).read():
        assert not town.actor.permissions


def test_bind_costs_one_statement(town: Town) -> None:
    statements: list[str] = []
    for engine in town.database.engines:
        event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_more: statements.append(statement))
    with town.database.bind(town.actor).read():
        pass
    assert len([one for one in statements if one.lstrip().upper().startswith("SELECT")]) == 1


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_read_leaves_the_servers_prepared_statements_for_the_next(town: Town) -> None:
    """Else the check of the account, and every other query, would be planned anew in each read."""
    for _ in range(8):  # psycopg prepares what it has sent five times
        with town.database.bind(town.actor).read() as session:
            prepared = session.scalar(text("SELECT count(*) FROM pg_prepared_statements"))
    assert prepared


def test_system_takes_only_the_acts_that_are_named(town: Town) -> None:
    with pytest.raises(ValueError, match="anything"):
        town.database.system("anything")  # type: ignore[arg-type]


UNBOUND = {
    "cli/account.py": {"sign-out"},
    "cli/command_context.py": {"sign-in"},
    "cli/db.py": {"seed"},
    "identity/oauth/issuer.py": {"oauth", "sign-in"},
    "identity/password_sign_in.py": {"sign-in"},
    "tour/run.py": {"tour"},
    "ui/sign_in/session_opening.py": {"sign-in", "sign-out"},
    "workspace.py": {"seed", "sign-in"},
}
"""The modules that begin transactions without an account, and the acts they name."""


@pytest.fixture(scope="module")
def modules() -> dict[Path, list[ast.AST]]:
    """The package's source, which takes a second to parse."""
    return walked(PACKAGE)


def _calls(nodes: list[ast.AST], method: str) -> Iterator[ast.Call]:
    """The calls among a module's nodes of anything called `method`, on whatever object."""
    for node in nodes:
        if isinstance(node, ast.Call) and method in (getattr(node.func, "attr", None), getattr(node.func, "id", None)):
            yield node


def test_system_is_called_by_the_named_modules_for_the_named_acts_alone(modules: dict[Path, list[ast.AST]]) -> None:
    found: dict[str, set[str]] = {}
    for module, nodes in modules.items():
        for call in _calls(nodes, "system"):
            if call.args:  # QLocale.system() and platform.system() take none
                assert isinstance(call.args[0], ast.Constant), f"{module}: an act that is not written out"
                found.setdefault(module.relative_to(PACKAGE).as_posix(), set()).add(str(call.args[0].value))
    assert found == UNBOUND
    assert set.union(*found.values()) == SYSTEM_ACTS


def test_transactions_and_connections_are_begun_in_storage_alone(modules: dict[Path, list[ast.AST]]) -> None:
    """Nobody else makes `Transactions`, which may act for nobody, or asks the engine for a connection."""
    for module, nodes in modules.items():
        if module.relative_to(PACKAGE).parts[0] != "storage":
            assert not list(_calls(nodes, "Transactions")), module
            attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
            engines = [node for node in attributes if getattr(node.value, "attr", None) == "engine"]
            assert {node.attr for node in engines} <= {"url"}, module

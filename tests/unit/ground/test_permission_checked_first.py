"""A service asks first what its actor may do: one without any permission is refused before the database is touched."""

from typing import Final

import pytest

from benchboard.errors import Denied
from benchboard.identity.roles import ABILITIES, ROLES, RULES, permissions_of, with_needed
from support.services import SERVICES, call_without_database

UNCHECKED: Final = {
    "identity.audit.record": "what is recorded was allowed before",
    "identity.oauth.authorization.approve": "everybody may let a program act for them",
    "identity.authentication.sign_out": "everybody may end their own session",
    "identity.own_password.change": "everybody may, of their own account; password and code are checked",
    "identity.sessions.end_own_others": "everybody may end their own sessions",
    "identity.second_factor.own_state": "everybody sees their own",
    "identity.second_factor.turn_on": "everybody may protect their own account; their password is checked",
    "identity.second_factor.turn_off": "everybody may, of their own account; password and code are checked",
    "identity.second_factor.require_password": "everybody proves that they know their own",
    "identity.share_candidates.search": "its callers are services, which have checked",
    "identity.share_candidates.find_named": "its callers are services, which have checked",
    "identity.share_candidates.get_candidate": "its callers are services, which have checked",
    "dongles.fleet.record_event": "what is recorded was allowed before",
    "dashboards.access.dashboard_permissions.require": "it is the check, of what the dashboard itself allows",
    "dashboards.repository.create": "its callers are services, which have checked",
    "dashboards.repository.write": "its callers are services, which have checked",
    "dashboards.variables.variable_queries.query_options": "each relation that the query names is checked",
    "analytics.queries.run_query": "each relation that the query names is checked",
    "analytics.query_engines.fetch": "each relation that the query names is checked",
    "analytics.query_engines.explain": "each relation that the query names is checked",
}
"""Functions of that form which check something else, with the reason."""
EITHER: Final = {"identity.sessions.end_all": {"users:write", "sessions:revoke"}}
"""Services for which either of some permissions is enough."""
CHECKED: Final = sorted(SERVICES.keys() - UNCHECKED.keys())
GRANTS: Final = {
    "nothing": frozenset[str](),
    **{role: frozenset(act for act, roles in RULES.items() if role in roles) for role in ROLES},
    **{f"can {acts[0]}": permissions_of(with_needed(acts[0])) for acts in ABILITIES},
}
"""What a person may have: nothing, a system role, and each ability that a role of an organisation's own can have, with
those that it needs."""


def _refused_for(name: str, permissions: frozenset[str]) -> str | None:
    """The permission for want of which a service refuses; None if it goes on to its arguments or to the database."""
    try:
        call_without_database(name, permissions)
    except Denied as error:
        return str(error.facts["act"]) if error.code == "access.denied" else None
    except Exception:  # noqa: BLE001  # it went on, with arguments that mean nothing
        return None
    return None


@pytest.mark.parametrize("name", CHECKED)
def test_service_refuses_an_actor_without_permissions_first(name: str) -> None:
    with pytest.raises(Denied):
        call_without_database(name, frozenset())


def test_authorisation_matrix_of_every_service_is_the_one_table() -> None:
    cells = 0
    for name in CHECKED:
        first = _refused_for(name, frozenset())
        for who, permissions in GRANTS.items():
            cells += 1
            refused = _refused_for(name, permissions)
            if first is not None and permissions.isdisjoint(EITHER.get(name, {first})):
                assert refused is not None, f"{name} lets {who} through without {first}"
            assert refused not in permissions, f"{name} refuses {who}, who has {refused}"
    assert cells == len(CHECKED) * len(GRANTS)
    print(f"{len(CHECKED)} services × {len(GRANTS)} sets of permissions = {cells} cells")
    assert cells > 5_000


def test_services_and_exceptions_exist() -> None:
    assert len(SERVICES) > 60
    assert UNCHECKED.keys() <= SERVICES.keys()

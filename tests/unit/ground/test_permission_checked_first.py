"""A service asks first what its actor may do: one without any permission is refused before the database is touched."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any, Final
from unittest.mock import MagicMock

import pytest

import benchboard
from benchboard.errors import Denied
from benchboard.identity.permissions import Actor, Grants

ROOMS: Final = ("identity", "dongles", "dashboards", "analytics")
UNCHECKED: Final = {
    "identity.audit.record": "what is recorded was allowed before",
    "identity.authentication.sign_out": "everybody may end their own session",
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


def _services() -> Iterator[tuple[str, Callable[..., object]]]:
    """Every public function whose first arguments are a session, or transactions, and an actor."""
    for room in ROOMS:
        package = importlib.import_module(f"{benchboard.__name__}.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for name, function in vars(importlib.import_module(module.name)).items():
                if inspect.isfunction(function) and function.__module__ == module.name and not name.startswith("_"):
                    first = list(inspect.signature(function).parameters)[:2]
                    if first in (["session", "actor"], ["database", "actor"]):
                        yield f"{module.name}.{name}".removeprefix(f"{benchboard.__name__}."), function


SERVICES: Final = dict(_services())


class _Untouched:
    """A database that nobody may ask."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"asked for {name} before the permission was checked")


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - UNCHECKED.keys()))
def test_service_refuses_an_actor_without_permissions_first(name: str) -> None:
    needed = [
        parameter
        for parameter in list(inspect.signature(SERVICES[name]).parameters.values())[2:]
        if parameter.default is parameter.empty
    ]
    positional = [MagicMock() for parameter in needed if parameter.kind is not parameter.KEYWORD_ONLY]
    by_name = {parameter.name: MagicMock() for parameter in needed if parameter.kind is parameter.KEYWORD_ONLY}
    nobody = Actor(**{one.name: MagicMock() for one in fields(Actor)} | {"grants": Grants((), frozenset())})
    with pytest.raises(Denied):
        SERVICES[name](_Untouched(), nobody, *positional, **by_name)


def test_services_and_exceptions_exist() -> None:
    assert len(SERVICES) > 60
    assert UNCHECKED.keys() <= SERVICES.keys()

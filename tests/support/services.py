"""The services: every public function whose first arguments are a session, or transactions, and an actor."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any, Final
from unittest.mock import MagicMock

import benchboard
from benchboard.identity.permissions import Actor, Grants

ROOMS: Final = ("identity", "dongles", "dashboards", "analytics")


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


class UntouchedError(AssertionError):
    """A database that nobody may ask was asked."""


class _Untouched:
    """A database that nobody may ask."""

    def __getattr__(self, name: str) -> Any:
        raise UntouchedError(f"asked for {name} before the permission was checked")


def call_without_database(name: str, permissions: frozenset[str]) -> None:
    """Call a service for an actor with these permissions, with arguments that mean nothing, and no database."""
    needed = [
        parameter
        for parameter in list(inspect.signature(SERVICES[name]).parameters.values())[2:]
        if parameter.default is parameter.empty
    ]
    positional = [MagicMock() for parameter in needed if parameter.kind is not parameter.KEYWORD_ONLY]
    by_name = {parameter.name: MagicMock() for parameter in needed if parameter.kind is parameter.KEYWORD_ONLY}
    actor = Actor(**{one.name: MagicMock() for one in fields(Actor)} | {"grants": Grants(frozenset(), permissions)})
    SERVICES[name](_Untouched(), actor, *positional, **by_name)

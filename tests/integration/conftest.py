"""What several files of services and databases work with."""

import pytest

from support.papers import Office
from support.people import Town


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)

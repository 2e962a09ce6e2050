"""The memory that SQLite uses in this process."""

from sqlcipher3 import dbapi2

from benchboard.storage import sqlite_memory


def test_bytes_in_use_table_in_memory_filled_and_closed_grows_and_shrinks() -> None:
    before = sqlite_memory.bytes_in_use()
    connection = dbapi2.connect(":memory:")
    connection.execute("CREATE TABLE held AS SELECT randomblob(5000000) AS bytes")
    held = sqlite_memory.bytes_in_use() - before
    connection.close()
    assert 5_000_000 <= held < 20_000_000
    assert sqlite_memory.bytes_in_use() - before < 1_000_000


def test_process_bytes_of_a_running_program_are_plausible() -> None:
    """What stands in for it where the driver does not tell."""
    assert 1_000_000 < sqlite_memory._process_bytes() < 100_000_000_000

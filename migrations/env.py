"""Runs the migrations on the connection and in the transaction that `benchboard.storage.upgrade` prepared for them."""

from alembic import context

from benchboard.storage.models import Base

connection = context.config.attributes["connection"]
applied = context.config.attributes["applied"]

context.configure(connection=connection, target_metadata=Base.metadata, on_version_apply=applied)
context.run_migrations()

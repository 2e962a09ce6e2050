"""Indexes for the lists of people and sessions, which are paged by name and by last use within an organisation."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("users_name_id_idx", "users", ["organisation_id", "name", "id"])
    op.create_index("sessions_last_used_at_id_idx", "sessions", ["organisation_id", "last_used_at", "id"])


def downgrade() -> None:
    op.drop_index("sessions_last_used_at_id_idx", "sessions")
    op.drop_index("users_name_id_idx", "users")

"""Tables for dongles: their owners, configurations and groups, and the hosts that act on them."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from benchboard.storage.models.base import (
    Base,
    Changing,
    Dated,
    Exact,
    Id,
    Identified,
    JsonList,
    JsonObject,
    Tenant,
    all_or_none,
    belongs,
    hashed,
    keyed,
    length,
    mentions,
    one_of,
    secret_column,
)


class Agent(Identified, Changing, Tenant, Base):
    """A bench host that runs queued commands on its dongles."""

    __tablename__ = "agents"
    __table_args__ = (keyed("agents"), Index(None, "organisation_id", "user_id"), belongs("user_id", "users"))

    user_id: Mapped[str] = mapped_column(Id())
    name: Mapped[str] = mapped_column(String(255))
    hostname: Mapped[str | None] = mapped_column(String(255))
    os: Mapped[str | None] = mapped_column(String(100))
    # The agent program's version; how often the row changed is `row_version`.
    version: Mapped[str | None] = mapped_column(String(50))  # type: ignore[assignment]  # text here, a counter in Tenant
    row_version: Mapped[int] = mapped_column(
        BigInteger(), default=1, onupdate=text("row_version + 1"), server_default=text("1"), sort_order=90
    )
    last_seen_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012  # in place of Tenant's


class AgentToken(Identified, Changing, Tenant, Base):
    """The credential of an agent; only its hash is stored."""

    __tablename__ = "agent_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(None, "organisation_id", "agent_id"),
        belongs("agent_id", "agents"),
        hashed(),
    )

    agent_id: Mapped[str] = mapped_column(Id())
    token_hash: Mapped[str] = secret_column(String(64))
    revoked_at: Mapped[datetime | None]


class Dongle(Identified, Changing, Tenant, Base):
    """A dongle known to an organisation.

    `device_id` is the first 8 bytes of SHA-256 over its public key in hex or, for *observed* ones, which have
    none, over USB serial number and VID:PID. `identity_kind` grows from observed over proven (it signed our
    challenge) to verified (its whole key was compared with a label or list).
    """

    __tablename__ = "dongles"
    __table_args__ = (
        UniqueConstraint("organisation_id", "device_id"),
        keyed("dongles"),
        Index(None, "organisation_id", "owner_user_id"),
        *mentions("dongles", "owner_user_id", "users"),
        one_of(
            "ownership_state",
            "UNCLAIMED",
            "CLAIM_PENDING",
            "CLAIMED_ACTIVE",
            "TRANSFER_PENDING",
            "REVOKED",
            "LOST",
        ),
        one_of("identity_kind", "observed", "proven", "verified"),
        CheckConstraint("identity_kind = 'observed' OR public_key IS NOT NULL", name="proof"),
        length("public_key", 32),
        CheckConstraint("device_id ~ '^[0-9a-f]{16}$'", name="device_id").ddl_if(dialect="postgresql"),
        CheckConstraint(f"device_id GLOB '{'[0-9a-f]' * 16}'", name="device_id").ddl_if(dialect="sqlite"),
    )

    device_id: Mapped[str] = mapped_column(String(16))
    name: Mapped[str | None] = mapped_column(String(100))
    owner_user_id: Mapped[str | None] = mapped_column(Id())
    ownership_state: Mapped[str] = mapped_column(default="UNCLAIMED", server_default=text("'UNCLAIMED'"))
    identity_kind: Mapped[str] = mapped_column(default="observed", server_default=text("'observed'"))
    public_key: Mapped[bytes | None]
    claim_id: Mapped[str | None] = mapped_column(Id())
    dialect: Mapped[str | None] = mapped_column(String(50))
    firmware: Mapped[str | None] = mapped_column(String(100))
    last_seen_at: Mapped[datetime | None]


class DongleToken(Identified, Changing, Tenant, Base):
    """A dongle's token under the organisation's data key: the proved one, the one being proved (`pending_*`),
    or both.

    `key_version` is the token's generation, which only grows; `data_key_version` names the key that encrypts
    it at rest.
    """

    __tablename__ = "dongle_tokens"
    __table_args__ = (
        UniqueConstraint("dongle_id"),
        belongs("dongle_id", "dongles"),
        all_or_none("proved", "key_version", "data_key_version", "nonce", "ciphertext"),
        all_or_none(
            "pending",
            "pending_claim_id",
            "pending_key_version",
            "pending_data_key_version",
            "pending_nonce",
            "pending_ciphertext",
        ),
        CheckConstraint("ciphertext IS NOT NULL OR pending_ciphertext IS NOT NULL", name="ciphertext"),
        CheckConstraint("pending_key_version > key_version", name="pending_key_version"),
        length("nonce", 12),
        length("pending_nonce", 12),
    )

    dongle_id: Mapped[str] = mapped_column(Id())
    key_version: Mapped[int | None]
    data_key_version: Mapped[int | None]
    nonce: Mapped[bytes | None]
    ciphertext: Mapped[bytes | None] = secret_column()
    pending_claim_id: Mapped[str | None] = mapped_column(Id())
    pending_key_version: Mapped[int | None]
    pending_data_key_version: Mapped[int | None]
    pending_nonce: Mapped[bytes | None]
    pending_ciphertext: Mapped[bytes | None] = secret_column()


class DongleGroup(Identified, Changing, Tenant, Base):
    """Two distinct dongles whose buses an agent bridges. A dongle is in one group only, in whichever
    column.
    """

    __tablename__ = "dongle_groups"
    __table_args__ = (
        UniqueConstraint("dongle_a_id"),
        UniqueConstraint("dongle_b_id"),
        keyed("dongle_groups"),
        Index(None, "organisation_id", "user_id"),
        belongs("user_id", "users"),
        belongs("dongle_a_id", "dongles"),
        belongs("dongle_b_id", "dongles"),
        one_of("mode", "ACTIVE", "LISTEN_ONLY", "A_TO_B", "B_TO_A", "PAUSED"),
        CheckConstraint("dongle_a_id <> dongle_b_id", name="distinct"),
    )

    user_id: Mapped[str] = mapped_column(Id())
    dongle_a_id: Mapped[str] = mapped_column(Id())
    dongle_b_id: Mapped[str] = mapped_column(Id())
    mode: Mapped[str] = mapped_column(default="ACTIVE", server_default=text("'ACTIVE'"))


class DongleGroupMember(Dated, Tenant, Base):
    """A dongle is in a group: written by triggers on `dongle_groups` alone; its primary key keeps it to
    one.
    """

    __tablename__ = "dongle_group_members"
    __table_args__ = (
        Index(None, "organisation_id", "group_id"),
        belongs("dongle_id", "dongles"),
        belongs("group_id", "dongle_groups"),
    )

    dongle_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    group_id: Mapped[str] = mapped_column(Id())


class CanConfig(Identified, Changing, Tenant, Base):
    """The configuration of a dongle's CAN controller. Bit times are in time quanta, sample points in percent."""

    __tablename__ = "can_configs"
    __table_args__ = (
        UniqueConstraint("dongle_id"),
        belongs("dongle_id", "dongles"),
        one_of("mode", "NORMAL", "LISTEN_ONLY", "LOOPBACK", "SILENT_LOOPBACK"),
    )

    dongle_id: Mapped[str] = mapped_column(Id())
    controller: Mapped[str] = mapped_column(String(50))
    clock_hz: Mapped[int] = mapped_column(BigInteger())
    bitrate: Mapped[int]
    sample_point: Mapped[Decimal | None] = mapped_column(Exact(6, 3))
    prescaler: Mapped[int]
    prop_seg: Mapped[int]
    phase_seg1: Mapped[int]
    phase_seg2: Mapped[int]
    sjw: Mapped[int]
    fd_enabled: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    data_bitrate: Mapped[int | None]
    data_sample_point: Mapped[Decimal | None] = mapped_column(Exact(6, 3))
    data_prescaler: Mapped[int | None]
    data_prop_seg: Mapped[int | None]
    data_phase_seg1: Mapped[int | None]
    data_phase_seg2: Mapped[int | None]
    data_sjw: Mapped[int | None]
    tdc_enabled: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    tdc_offset: Mapped[int | None]
    mode: Mapped[str] = mapped_column(default="NORMAL", server_default=text("'NORMAL'"))
    auto_retransmit: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    auto_restart_ms: Mapped[int | None]
    triple_sampling: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    termination_ohm: Mapped[int | None]
    filters: Mapped[JsonList] = mapped_column(default=list, server_default=text("'[]'"))


class DongleCommand(Identified, Changing, Tenant, Base):
    """Something an agent shall do, or did, with a dongle."""

    __tablename__ = "commands"
    __table_args__ = (
        Index(None, "organisation_id", "dongle_id", "created_at"),
        belongs("dongle_id", "dongles"),
        *mentions("commands", "agent_id", "agents"),
        *mentions("commands", "user_id", "users"),
        one_of("status", "QUEUED", "SENT", "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED"),
    )

    dongle_id: Mapped[str] = mapped_column(Id())
    agent_id: Mapped[str | None] = mapped_column(Id())
    user_id: Mapped[str | None] = mapped_column(Id())
    type: Mapped[str] = mapped_column(String(50))
    arguments: Mapped[JsonObject] = mapped_column(default=dict, server_default=text("'{}'"))
    status: Mapped[str] = mapped_column(default="QUEUED", server_default=text("'QUEUED'"))
    result: Mapped[JsonObject | None]
    error: Mapped[str | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

"""What a bit timing with a name is for: saving what is shown, filling one in, writing it to several dongles."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

import shiboken6
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from benchboard.dongles import fleet, timing_profiles
from benchboard.dongles.fleet import DongleRecord
from benchboard.dongles.protocol import DongleConfig
from benchboard.dongles.timing_profiles import TimingProfile
from benchboard.errors import AppError
from benchboard.i18n import _, number
from benchboard.identity.permissions import has_permission
from benchboard.ui.bench.bench_format import bit_rate
from benchboard.ui.bench.bus_end import unless_in_use, writing
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongle_names import DongleNames
from benchboard.ui.bench.dongle_notices import DongleNotices
from benchboard.ui.bench.live_bus_reasons import not_connected
from benchboard.ui.bench.profile_dialogs import SaveProfileDialog, WritableDongle, WriteToManyDialog, written_text
from benchboard.ui.bench.timing_request import Phases, config_with
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress

_SAVE: Final = "bench.save-profile"


class ShownTiming(NamedTuple):
    """The bit timing that is shown: its controller, its phases and the offset of delay compensation, None if off."""

    controller: str
    phases: Phases
    tdc_offset: int | None

    def config(self) -> DongleConfig:
        """It as a configuration, with nothing else in it."""
        timing = self.phases.nominal
        base = DongleConfig(
            controller=self.controller, clock_hz=timing.clock, bitrate=round(timing.bitrate),
            sample_point=timing.sample_point, prescaler=timing.prescaler, prop_seg=timing.prop_seg,
            phase_seg1=timing.phase_seg1, phase_seg2=timing.phase_seg2, sjw=timing.sjw,
        )  # fmt: skip
        return config_with(base, self.phases, self.tdc_offset)


class TimingProfileActions(QObject):
    """Acts on what `shown` returns, in the dialogs of `view`. `loaded` emits the organisation's profiles, whenever they
    may have changed.
    """

    loaded = Signal(object)

    def __init__(
        self,
        view: QWidget,
        context: Context,
        devices: DeviceManager,
        shown: Callable[[], ShownTiming | None],
        notices: DongleNotices,
    ) -> None:
        super().__init__(view)
        self._view, self._context, self._devices = view, context, devices
        self._shown, self._notices = shown, notices
        self._dongle_names = DongleNames.of(context)
        self._names: tuple[str, ...] = ()
        context.changed.watch(self, {"organisations"}, self.load)

    def load(self) -> None:
        """Read the organisation's profiles, which another window may have changed."""
        actor = self._context.actor
        if has_permission(actor, "dongles:read"):
            self._context.tasks.read(
                self, lambda session: timing_profiles.list_profiles(session, actor), self._on_loaded
            )

    def _on_loaded(self, profiles: Sequence[TimingProfile]) -> None:
        self._names = tuple(one.name for one in profiles)
        self.loaded.emit(profiles)

    def ask_name(self) -> None:
        """Save what is shown under a name that is asked for."""
        if self._shown() is None:
            return
        dialog = SaveProfileDialog(self._view, self._names)
        dialog.name_entered.connect(self._save)
        dialog.open()

    def _save(self, name: str) -> None:
        shown, actor = self._shown(), self._context.actor
        if shown is None:
            return
        config = shown.config()

        def saved(profile: TimingProfile) -> None:
            self._notices.dismiss(_SAVE)
            self._context.problems.toast(_("Saved the profile “{name}”.").format(name=profile.name))
            self.load()

        self._context.tasks.change(
            self,
            lambda session: timing_profiles.save_profile(session, actor, name, config),
            saved,
            partial(self._notices.show, act=_SAVE),
        )

    def ask_dongles(self, dongles: Sequence[tuple[DongleRecord, str]]) -> None:
        """Write what is shown to those of `dongles` that are chosen; each comes with why it can't be written, or ""."""
        shown = self._shown()
        if shown is None:
            return
        rows = [
            WritableDongle(one.device_id, self._dongle_names.name(one.device_id), why_not) for one, why_not in dongles
        ]
        dialog = WriteToManyDialog(self._view, phases_text(shown.phases), rows)
        records = {one.device_id: one for one, _why_not in dongles}

        def write(ids: Sequence[str]) -> None:
            detected = [found for one in ids if (found := self._devices.find(one)) is not None]
            unless_in_use(
                self._view, self._devices, frozenset(one.port.path for one in detected),
                lambda: self._write(dialog, [records[one] for one in ids], shown),
                writing(),
            )  # fmt: skip

        dialog.accepted_ids.connect(write)
        dialog.open()

    def _write(self, dialog: WriteToManyDialog, dongles: Sequence[DongleRecord], shown: ShownTiming) -> None:
        """Write to these dongles one after the other; one that fails doesn't keep the others from it."""

        def write(progress: Progress) -> dict[str, str]:
            failures = {}
            for done, dongle in enumerate(dongles):
                progress.report(done, len(dongles), self._dongle_names.name(dongle.device_id))
                failures[dongle.device_id] = _("Stopped") if progress.cancelled else self._write_one(dongle, shown)
            return failures

        def show(failures: dict[str, str]) -> None:
            if shiboken6.isValid(dialog):
                dialog.show_results(failures)
            else:  # it was closed meanwhile
                self._context.problems.toast(written_text(failures))

        def failed(error: AppError) -> None:
            show({one.device_id: error.what for one in dongles})

        self._context.tasks.run(self, write, show, failed, title=_("Writing to several dongles"))

    def _write_one(self, dongle: DongleRecord, shown: ShownTiming) -> str:
        """On a worker: write to a dongle; returns what failed, or nothing."""
        context = self._context
        detected = self._devices.find(dongle.device_id)
        if detected is None:
            return not_connected(self._dongle_names.name(dongle.device_id))
        try:
            data_key = context.workspace.data_keys.of(context.actor.organisation_id)
            with self._devices.device(detected.port.path, dongle.device_id) as device:
                config = config_with(device.config_read().config, shown.phases, shown.tdc_offset)
                stored = fleet.write_config(context.database, context.actor, data_key, device, config).config
                self._devices.store_config(detected.port.path, stored)
        except AppError as error:
            return self._dongle_names.named(error, dongle.device_id).what
        return ""


def rate_and_point(phases: Phases) -> tuple[str, str]:
    """Bit rate and sample point, with CAN FD those of both phases."""
    both = [one for one in (phases.nominal, phases.data) if one is not None]
    rates = " / ".join(bit_rate(round(one.bitrate)) for one in both)
    return rates, " / ".join(number(one.sample_point, 1) for one in both)


def phases_text(phases: Phases) -> str:
    """`500 kbit/s / 2 Mbit/s, 80.0 / 75.0 %`"""
    rate, point = rate_and_point(phases)
    return _("{rate}, {point} %").format(rate=rate, point=point)

"""Colours by rule in a list of 20,000 frames/s, against the same list without rules.

    python benchmarks/colour_rules.py

One second of frames of 50 identifiers is added to the live list in ten polls, and after each the list is painted, as on
screen; the same with three rules: of IDs, of a signal and of error frames. Then the rules alone, of every frame: by the
matcher, and by each filter in order. CPU time of this thread; the lists take turns.
"""

import statistics
import struct
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QApplication, QWidget

from benchboard import package_data
from benchboard.canbus.colour_rules import ColourRule, ColourRuleMatcher, ColourRules
from benchboard.canbus.dbc import CanDatabase, Message, Signal
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.traffic_shares import traffic_key
from benchboard.ui.bench.frame_list import FrameList
from benchboard.ui.bench.frame_table import FrameModel
from benchboard.ui.theme import start_theme
from support.measured import machine

RATE, IDS, POLLS, TURNS = 20_000, 50, 10, 9
MESSAGES = [
    Message(f"M{n}", 0x100 + n, False, 8, tuple(Signal(f"S{n}_{k}", 16 * k, 16, scale=0.1) for k in range(4)))
    for n in range(IDS)
]
RULES = ColourRules((ColourRule("S3_1>3000", "red"), ColourRule("100-11F", "blue"), ColourRule("error", "violet")))


def cpu_ms(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return (time.thread_time() - start) * 1000


def frames_of_a_second() -> list[Frame]:
    return [
        Frame(0x100 + n % IDS, data=struct.pack("<4H", *(((n + k) * 7919) % 65_536 for k in range(4))),
              timestamp=Timestamp(1e9 + n / RATE, TimeSource.DEVICE, 1e-6))
        for n in range(RATE)
    ]  # fmt: skip


def compare_lists(frames: list[Frame], *, rolling: bool) -> None:
    parent = QWidget()
    lists = []
    for rules in (ColourRules(), RULES):
        model = FrameModel(parent)
        model.set_database(CanDatabase(MESSAGES))
        model.show_rolling(rolling)
        model.set_colour_rules(rules)
        table = FrameList(model)
        table.resize(1_300, 900)
        table.show()
        table.setCurrentIndex(QModelIndex())
        lists.append((model, table))

    def second(model: FrameModel, table: FrameList) -> None:
        for begin in range(0, RATE, RATE // POLLS):
            model.add_frames(frames[begin : begin + RATE // POLLS])
            if rolling:
                table.scrollToBottom()
            table.viewport().grab()

    pairs = [[cpu_ms(lambda one=one: second(*one)) for one in lists] for _turn in range(TURNS + 1)][1:]  # type: ignore[misc]  # bound at once
    without, coloured = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(with_rules / plain for plain, with_rules in pairs)
    shown = "all frames" if rolling else "latest by ID"
    print(f"{shown}: {without:.0f} ms a second of bus, {coloured:.0f} ms with three rules: {ratio:.3f} times as much")


def compare_rules(frames: list[Frame]) -> None:
    database, previous = CanDatabase(MESSAGES), dict[object, Frame]()
    known = []
    for one in frames:
        known.append((one, database.find(one), previous.get(traffic_key(one))))
        previous[traffic_key(one)] = one
    filters = [(rule, rule.filter) for rule in RULES.rows]

    def matched() -> None:
        matcher = ColourRuleMatcher(RULES)
        for one in known:
            matcher.first_fit(*one)

    def in_order() -> None:
        for one in known:
            next((rule for rule, found in filters if found.matches(*one)), None)

    pairs = [(cpu_ms(matched), cpu_ms(in_order)) for _turn in range(TURNS)]
    ours, alone = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"every frame of a second: {ours:.1f} ms, {ours / alone:.2f} times the filters in order ({alone:.1f} ms)")


def main() -> None:
    app = QApplication([])
    start_theme(Path(package_data.resources_folder()) / "themes" / "tokens.json", "light")
    print(machine())
    frames = frames_of_a_second()
    compare_rules(frames)
    for rolling in (False, True):
        compare_lists(frames, rolling=rolling)
    app.quit()


if __name__ == "__main__":
    main()

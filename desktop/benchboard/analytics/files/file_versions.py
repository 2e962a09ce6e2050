"""Whether the files of a table are still those that were inspected: what was seen of their values holds for these."""

from dataclasses import replace

from benchboard.analytics.files.scan import FileScan

Versions = tuple[tuple[str, str], ...]
"""The name of each file of a table with its size and the time of its last change; empty: one isn't there."""


def versions_of(scan: FileScan) -> Versions:
    """The versions that the files of a scan have now."""
    found = []
    for name in scan.files or (scan.path.name,):
        try:
            stat = (scan.path / name if scan.files else scan.path).stat()
        except OSError:
            return ()
        found.append((name, f"{stat.st_size}-{stat.st_mtime_ns}"))
    return tuple(found)


def inspected_as(scan: FileScan, versions: Versions) -> FileScan:
    """The scan that was made by an inspection, with the versions that its files had when it began. None are noted if
    these have changed since, or if others stood in for them."""
    holds = bool(versions) and not scan.stand_ins and versions_of(scan) == versions
    return replace(scan, inspected=(("", _reading_of(scan)), *versions) if holds else (), unchanged=holds)


def as_inspected(scan: FileScan) -> FileScan:
    """The scan, which knows whether its files have changed since they were inspected. Asks the disk for each."""
    noted = scan.inspected
    return replace(scan, unchanged=bool(noted) and noted == (("", _reading_of(scan)), *versions_of(scan)))


def joined_versions(scan: FileScan, parts: tuple[FileScan, ...]) -> FileScan:
    """The scan of a folder with the versions of its files, each of which was inspected alone."""
    known = ("", _reading_of(scan))
    holds = all(one.unchanged and one.inspected[0] == known for one in parts)
    found = {one.file_name: version for one in parts for _name, version in one.inspected[1:]}
    versions = tuple((name, found[name]) for name in scan.files) if holds else ()
    return replace(scan, inspected=(known, *versions) if holds else (), unchanged=holds)


def _reading_of(scan: FileScan) -> str:
    """How the text is divided into values: with other options, other values are read."""
    every = [
        (one.delimiter, one.quote, one.encoding, one.header, one.skip_lines, one.total_label) for one in scan.writings
    ]
    return "; ".join(map(repr, [*every, *(one.files for one in scan.variants)]))

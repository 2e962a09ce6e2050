"""How much memory SQLite holds in this process, all connections together."""

import ctypes
import sys
from collections.abc import Callable
from functools import cache


def bytes_in_use() -> int:
    """Bytes that SQLite has allocated and not freed. Where the driver does not tell (Windows), those of the process."""
    return _counter()()


@cache
def _counter() -> Callable[[], int]:
    from sqlcipher3 import _sqlite3  # late: a program on PostgreSQL has no use for it

    try:
        # PyDLL keeps the interpreter's lock: to give it back and wait for it takes longer than the call.
        count = ctypes.PyDLL(_sqlite3.__file__).sqlite3_memory_used
    except (OSError, AttributeError):
        return _process_bytes
    count.argtypes, count.restype = (), ctypes.c_int64

    def sqlite_bytes() -> int:
        return int(count())

    return sqlite_bytes


if sys.platform == "win32":

    class _Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS."""

        _fields_ = (
            ("cb", ctypes.c_uint32),
            ("PageFaultCount", ctypes.c_uint32),
            ("PeakWorkingSetSize", ctypes.c_size_t),
            ("WorkingSetSize", ctypes.c_size_t),
            ("QuotaPeakPagedPoolUsage", ctypes.c_size_t),
            ("QuotaPagedPoolUsage", ctypes.c_size_t),
            ("QuotaPeakNonPagedPoolUsage", ctypes.c_size_t),
            ("QuotaNonPagedPoolUsage", ctypes.c_size_t),
            ("PagefileUsage", ctypes.c_size_t),
            ("PeakPagefileUsage", ctypes.c_size_t),
        )

    def _process_bytes() -> int:
        kernel = ctypes.WinDLL("kernel32")
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        kernel.K32GetProcessMemoryInfo.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32)
        counters = _Counters()
        counters.cb = ctypes.sizeof(counters)
        kernel.K32GetProcessMemoryInfo(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.cb)
        return int(counters.PagefileUsage)

else:

    def _process_bytes() -> int:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024

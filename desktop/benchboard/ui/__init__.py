"""The window: what needs Qt."""

import builtins

import PySide6.QtCore  # noqa: F401  # it replaces `__import__`

# PySide's own reads the source of every module that is imported after Qt, to see whether it may switch features of
# PySide (`from __feature__ import …`), which nothing here does, and Python then keeps those sources: an eighth of the
# time until the first room is there, and 25 MB.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)

"""Places in a text as Python counts them, in characters, and as Qt does, in UTF-16 units."""


def utf16_offset(text: str, place: int) -> int:
    """A position in a Python string in UTF-16 units, as Qt counts."""
    return place if text.isascii() else len(text[:place].encode("utf-16-le", "surrogatepass")) // 2


def python_offset(text: str, place: int) -> int:
    """A position that Qt counted in UTF-16 units in characters."""
    if text.isascii() or place == 0:
        return place
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * place].decode("utf-16-le", "replace"))

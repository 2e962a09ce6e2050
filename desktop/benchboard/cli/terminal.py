"""What may go to a terminal: text from a database, a file or a command line may hold anything, orders included."""


def printable(text: str) -> str:
    """`text` on one line, with a mark for every sign that a terminal might obey instead of showing."""
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "\ufffd" for sign in text)

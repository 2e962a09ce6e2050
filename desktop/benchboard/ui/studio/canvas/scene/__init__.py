"""What is shown of a page: tiles, containers, what is painted over them, and accessibility."""

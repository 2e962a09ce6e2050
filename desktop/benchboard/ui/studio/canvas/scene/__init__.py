"""What is shown of a page: tiles, containers, what is painted over them, and what screen readers are told."""

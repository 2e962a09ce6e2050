"""The visible parts of a page: tiles, containers, the overlay, and accessibility."""

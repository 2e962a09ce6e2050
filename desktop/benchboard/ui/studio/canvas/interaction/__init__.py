"""What pointer and keyboard do with the items of a page."""

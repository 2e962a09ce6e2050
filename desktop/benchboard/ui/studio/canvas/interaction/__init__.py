"""Mouse and keyboard interactions with the items of a page."""

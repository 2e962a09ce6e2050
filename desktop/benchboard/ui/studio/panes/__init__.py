"""What stands around the page."""

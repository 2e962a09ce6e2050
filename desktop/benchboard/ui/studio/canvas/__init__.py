"""The canvas: a page as it is shown and edited by mouse and keyboard."""

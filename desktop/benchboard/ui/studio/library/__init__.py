"""The dashboards of an organisation: the list, its commands, and sharing."""

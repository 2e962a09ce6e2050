"""The dashboards of an organisation: their list, what can be done with each, and sharing."""

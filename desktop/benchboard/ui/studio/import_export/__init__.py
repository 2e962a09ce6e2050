"""Import and export of a dashboard: JSON and Grafana files, images, PDF and print."""

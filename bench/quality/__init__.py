"""Quality on held-out data."""

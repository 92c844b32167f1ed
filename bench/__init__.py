"""Measurements: speed and scale (`bench.speed`), quality on held-out data (`bench.quality`)."""

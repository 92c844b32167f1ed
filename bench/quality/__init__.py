"""Quality on held-out data: `video-assistant evaluate`."""

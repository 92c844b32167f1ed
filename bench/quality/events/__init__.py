"""How well sequences of events are found in whole videos: `video-assistant evaluate events`."""

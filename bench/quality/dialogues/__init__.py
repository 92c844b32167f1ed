"""How well conversations about whole videos go: `video-assistant evaluate dialogues`."""

"""How well text is read, timed, searched and fused with the search of pictures: `video-assistant evaluate text`."""

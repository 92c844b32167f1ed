"""How well real video is heard, read, named and searched: `video-assistant evaluate text|speech|sight|search --set`."""

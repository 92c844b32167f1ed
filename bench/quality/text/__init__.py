"""How well text is read, timed, found and joined with what is seen: `evaluate text`, and its speed: `bench text`."""

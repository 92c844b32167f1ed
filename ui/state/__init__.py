"""What the page remembers: addresses, voice options, the shared session and the indexing job. It draws nothing."""

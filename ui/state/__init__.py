"""What the page remembers: addresses, options, the shared session, the indexing job."""

"""One module per model family, each behind a lazy base."""

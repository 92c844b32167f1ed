"""The official checkpoints: which there are, where they lie, how they are fetched."""

"""Retrieval models: CLIP and SigLIP of transformers, CLIP of open_clip."""

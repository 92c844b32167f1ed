"""Speech recognition: Whisper checkpoints, run by CTranslate2 or by transformers."""

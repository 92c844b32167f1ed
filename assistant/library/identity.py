"""Which video a file is: the slug of its name and six hex digits of the hash of its content."""

import hashlib
import re
from pathlib import Path

from assistant.text.fold import fold

CHUNK_BYTES = 1 << 20
MAX_SLUG_LETTERS = 40


def hash_content(path: Path) -> str:
    """Returns the blake2b hash of a file's bytes as 40 hex digits; reads in chunks, so memory stays flat."""
    digest = hashlib.blake2b(digest_size=20)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def make_video_id(path: Path, content_hash: str, hash_digits: int = 6) -> str:
    """Returns `tin-tuc-19h-3fa94c` for `Tin tức 19h.mp4`; safe as a folder's name and on a command line."""
    slug = re.sub(r"[^a-z0-9]+", "-", fold(path.stem)).strip("-")[:MAX_SLUG_LETTERS].strip("-")
    return f"{slug or 'video'}-{content_hash[:hash_digits]}"

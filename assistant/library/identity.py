"""Which video a file is: the slug of its name and six hex digits of its content."""

import hashlib
import re
from pathlib import Path

from assistant.text.fold import fold

CHUNK = 1 << 20
SLUG_LENGTH = 40


def content_hash(path: Path) -> str:
    """blake2b of the file's bytes, hex; memory stays flat."""
    digest = hashlib.blake2b(digest_size=20)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def video_id(path: Path, content: str, digits: int = 6) -> str:
    """`Tin tức 19h.mp4` to `tin-tuc-19h-3fa94c`; safe as a folder's name and on a command line."""
    slug = re.sub(r"[^a-z0-9]+", "-", fold(path.stem)).strip("-")[:SLUG_LENGTH].strip("-")
    return f"{slug or 'video'}-{content[:digits]}"

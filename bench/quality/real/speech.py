"""`video-assistant evaluate speech --set FOLDER`: words that must be heard, and sounds in which none may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.commands.progress import counting
from assistant.media.audio import audio_stream_count, read_audio
from assistant.media.decode import MediaError, open_media
from assistant.text.fold import folded_words
from bench.quality.real.evaluation_set import EvaluationSet, report
from bench.quality.real.item_fields import FLAG, ID, INDEX, TEXT, TEXTS, WORD_TIMES, or_null
from bench.quality.understanding.question_files import share, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from assistant.ingest.records import SpeechRecogniser
    from assistant.media.readings import Cue
    from assistant.session import Session

ITEMS = "speech.jsonl"
FIELDS = {
    "id": ID,
    "file": TEXT,
    "stream": INDEX,
    "kind": TEXT,
    "transcript": or_null(TEXT),
    "words": TEXTS,
    "word_seconds": WORD_TIMES,
    "certain": FLAG,
}


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word of a transcript."""

    text: str  # folded
    seconds: float  # when it begins; the start of its cue where the recogniser gives words no times


def evaluate(session: Session, folder: Path, *, media: Path | None = None, out: Path | None = None) -> dict[str, Any]:
    """Figures `speech.*` of the recogniser alone, on each audio track that the set names.

    `words_found` is the share of the words that must be heard; `invented` the number of tracks in which something is
    written where nothing may be; `word_error_seconds` the mean distance of the times of words from those that the set
    states, of the words that are heard. Items that the set is not certain of count in none of them.

    Args:
        session: whose recogniser listens.
        folder: of the set: `speech.jsonl`.
        media: what the paths of media are relative to; None: the folder that the set states.
        out: where a row for each item is written; None: nowhere.

    Raises:
        VideoAssistantError: the folder is no such set.
        ModelNotFoundError: the recogniser is not installed.
    """
    evaluation_set = EvaluationSet(folder, media)
    items = evaluation_set.items(ITEMS, FIELDS)
    files = evaluation_set.locate([item["file"] for item in items])
    rows = []
    with counting("tracks") as progress:
        for done, item in enumerate(items, 1):
            if item["file"] in files and (row := _hear(session.listener, item, files[item["file"]])) is not None:
                rows.append(row)
            if progress is not None:
                progress(done, len(items))
    if out is not None:
        write_rows(out, rows)
    settings = {"tracks": len(rows), "left_out": len(items) - len(rows), "certain": sum(row["certain"] for row in rows)}
    return {"figures": figures(rows), "settings": settings}


def _hear(recogniser: SpeechRecogniser, item: Mapping[str, Any], path: Path) -> dict[str, Any] | None:
    """The row of an item; None, and a report, if its file cannot be decoded."""
    import av

    cues: list[Cue] = []
    rejected: list[str] = []
    try:
        if item["stream"] >= (count := audio_stream_count(path)):
            report(f"{item['id']}: {item['file']} has {count} audio tracks, and no track {item['stream']}; left out")
            return None
        for start_seconds, samples in read_audio(path, _origin_seconds(path), item["stream"]):
            transcript = recogniser.transcribe(samples, start_seconds)
            cues += transcript.cues
            rejected += transcript.rejected
    except (av.FFmpegError, OSError) as error:
        report(f"{item['id']}: {item['file']} cannot be decoded ({error}); it is left out")
        return None
    return judge(item, cues) | {"rejected": rejected}


def _origin_seconds(path: Path) -> float:
    """The time of the first displayed frame; 0 of a file without pictures."""
    try:
        with open_media(path) as media:
            return media.start_seconds
    except MediaError:
        return 0.0


def judge(item: Mapping[str, Any], cues: Sequence[Cue]) -> dict[str, Any]:
    """Returns the row of an item: what was heard, which words are missing, and how far the times of words are off.

    Args:
        item: a line of `speech.jsonl`.
        cues: what was heard, in time order.
    """
    heard = [word for cue in cues for word in _words_of(cue)]
    places = {words: _find(words, heard) for words in item["words"]}
    errors = {}
    for word, seconds in item["word_seconds"].items():
        starts = [heard[place].seconds for place in _find(word, heard)]
        if starts:
            errors[word] = round(min(abs(start - seconds) for start in starts), 3)
    return {
        "id": item["id"],
        "video": item["file"],
        "stream": item["stream"],
        "kind": item["kind"],
        "certain": item["certain"],
        "answer": " ".join(cue.text for cue in cues),
        "cues": [
            {"start_seconds": round(cue.start_seconds, 3), "end_seconds": round(cue.end_seconds, 3), "text": cue.text}
            for cue in cues
        ],
        "words_found": [words for words in item["words"] if places[words]],
        "words_missed": [words for words in item["words"] if not places[words]],
        "invented": item["transcript"] is None and bool(cues),
        "word_error_seconds": errors,
    }


def figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The figures of rows; a figure of no item is left out."""
    certain = [row for row in rows if row["certain"]]
    words = [
        found for row in certain for found in [True] * len(row["words_found"]) + [False] * len(row["words_missed"])
    ]
    errors = [seconds for row in certain for seconds in row["word_error_seconds"].values()]
    results: dict[str, float] = {}
    if words:
        results["speech.words_found"] = share(words)
    results["speech.invented"] = sum(row["invented"] for row in certain)
    if errors:
        results["speech.word_error_seconds"] = round(sum(errors) / len(errors), 3)
        results["speech.max_word_error_seconds"] = max(errors)
    return results


def _words_of(cue: Cue) -> Iterator[HeardWord]:
    """The words of a cue, with their times."""
    pieces = cue.text.split()
    starts = cue.word_starts if len(cue.word_starts) == len(pieces) else [cue.start_seconds] * len(pieces)
    for piece, seconds in zip(pieces, starts, strict=True):
        for word in folded_words(piece):
            yield HeardWord(word, seconds)


def _find(alternatives: str, heard: Sequence[HeardWord]) -> list[int]:
    """The places at which one of the alternatives `a|b` begins; an alternative may be several words."""
    texts = [word.text for word in heard]
    wanted = [words for words in map(folded_words, alternatives.split("|")) if words]
    return [place for place in range(len(texts)) if any(texts[place : place + len(words)] == words for words in wanted)]

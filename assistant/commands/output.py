"""What commands print: JSON rows with the documented fields, or lines for people."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import click

from tools.clock import format_timestamp
from tools.types import Detection, EventSequence, Evidence, FrameHit, Line, Video

if TYPE_CHECKING:
    from assistant.agent import Reply
    from assistant.export.describe import Description
    from assistant.retrieval.grounding import KeyframeDetections
    from tools.classify import LabelledPart

Row = Mapping[str, Any]
PRINTED_LABELS = 3  # labels of a stretch in the lines for people


def emit_json(value: object) -> None:
    """Prints the only JSON document of a command to stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def emit(rows: Sequence[Row], lines: Sequence[str], *, as_json: bool, empty: str) -> None:
    """Prints rows as JSON, or lines for people; if there are none, prints the sentence `empty` to stderr."""
    if as_json:
        emit_json(list(rows))
    elif lines:
        click.echo("\n".join(lines))
    if not lines:
        click.echo(empty, err=True)


def video_row(video: Video) -> Row:
    return {
        "video_id": video.video_id,
        "paths": list(video.paths),
        "duration_seconds": round(video.duration_seconds, 3),
        "width": video.width,
        "height": video.height,
        "keyframes": video.keyframes,
        "lines": video.lines,
        "recorded_at": video.recorded_at,
    }


def video_line(video: Video) -> str:
    name = PurePath(video.paths[0]).name if video.paths else "-"
    return (
        f"{video.video_id}  {format_timestamp(video.duration_seconds)}  {video.width}x{video.height}  "
        f"{video.keyframes} keyframes  {video.lines} lines  {(video.recorded_at or '-')[:16]}  {name}"
    )


def hit_row(hit: FrameHit) -> Row:
    frame = hit.keyframe
    return {
        "video_id": frame.video_id,
        "frame_index": frame.frame_index,
        "seconds": round(frame.seconds, 3),
        "score": round(hit.score, 4),
        "image": frame.image,
        "channel": hit.channel,
        "why": hit.why,
        "line": hit.line.text if hit.line else None,
        "shown": hit.shown,
    }


def hit_line(hit: FrameHit) -> str:
    frame = hit.keyframe
    return f"{hit.score:.3f}  {frame.video_id}  {format_timestamp(frame.seconds)}  {frame.image}"


def text_row(line: Line) -> Row:
    return {
        "video_id": line.video_id,
        "start_seconds": round(line.start_seconds, 3),
        "end_seconds": round(line.end_seconds, 3),
        "source": line.source,
        "text": line.text,
        "score": round(line.score, 4),
        "box": [round(v, 1) for v in line.box] if line.box else None,
    }


def text_line(line: Line) -> str:
    stretch = f"{format_timestamp(line.start_seconds)}-{format_timestamp(line.end_seconds)}"
    return f"{line.video_id}  {stretch}  {line.source}  {mark_matches(line.text, line.marks)}"


def mark_matches(text: str, marks: Sequence[tuple[int, int]]) -> str:
    """Marks a match: `the fox` with `((4, 7),)` becomes `the «fox»`; adjacent marks are joined."""
    joined: list[tuple[int, int]] = []
    for start, end in marks:
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    for start, end in reversed(joined):
        text = f"{text[:start]}«{text[start:end]}»{text[end:]}"
    return text


def description_row(description: Description) -> Row:
    evidence = description.evidence
    return {
        "text": description.text,
        "score": round(description.confidence, 4),
        "video_id": None if evidence is None else evidence.moment.video_id,
        "start_seconds": None if evidence is None else round(evidence.moment.start_seconds, 3),
        "end_seconds": None if evidence is None else round(evidence.moment.end_seconds, 3),
        "image": None if evidence is None else evidence.image,
    }


def description_line(description: Description) -> str:
    if description.evidence is None:
        return description.text
    return f"{format_timestamp(description.evidence.moment.start_seconds)}  {description.text}"


def sequence_row(sequence: EventSequence) -> Row:
    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 4)

    return {
        "video_id": sequence.video_id,
        "score": round(sequence.score, 4),
        "certified": sequence.certified,
        "moments": [
            {
                "event": moment.event,
                "missed": moment.missed,
                "start_seconds": rounded(moment.start_seconds),
                "end_seconds": rounded(moment.end_seconds),
                "seconds": rounded(moment.seconds),
                "frame_index": moment.frame_index,
                "score": rounded(moment.score),
            }
            for moment in sequence.moments
        ],
    }


def sequence_line(sequence: EventSequence) -> str:
    steps = " -> ".join(
        f"{moment.event} (missed)" if moment.seconds is None else f"{moment.event} {format_timestamp(moment.seconds)}"
        for moment in sequence.moments
    )
    return f"{sequence.score:.3f}{'' if sequence.certified else '?'}  {sequence.video_id}  {steps}"


def labelled_row(part: LabelledPart, names: Mapping[str, str]) -> Row:
    """The row of a shot, or of a part of a long one; `names` maps each label to the text that was typed."""
    return {
        "video_id": part.keyframe.video_id,
        "start_seconds": round(part.start_seconds, 3),
        "end_seconds": round(part.end_seconds, 3),
        "shot": part.keyframe.shot,
        "frame_index": part.keyframe.frame_index,
        "image": part.keyframe.image,
        "labels": [
            {"label": names[label.text], "share": round(label.share, 4), "probability": round(label.probability, 4)}
            for label in part.labels
        ],
    }


def labelled_line(part: LabelledPart, names: Mapping[str, str]) -> str:
    shares = "  ".join(f"{names[label.text]} {label.share:.2f}" for label in part.labels[:PRINTED_LABELS])
    # The shares rank the labels; only the probability says whether any of them is there at all.
    doubt = "" if part.labels[0].probability >= 0.5 else "  (perhaps none of them)"
    return f"{format_timestamp(part.start_seconds)}-{format_timestamp(part.end_seconds)}  {shares}{doubt}"


def evidence_line(evidence: Evidence) -> str:
    moment = evidence.moment
    where = f"{format_timestamp(moment.start_seconds)}-{format_timestamp(moment.end_seconds)}"
    return f"{evidence.score:.3f}  {moment.video_id}  {where}  {evidence.image}"


def detection_row(detection: Detection) -> Row:
    box = [round(value, 1) for value in detection.box]
    return {"phrase": detection.phrase, "score": round(detection.score, 4), "box": box}


def detection_line(detection: Detection) -> str:
    x1, y1, x2, y2 = detection.box
    return f"{detection.score:.3f}  {detection.phrase}  {x1:.0f},{y1:.0f} - {x2:.0f},{y2:.0f}"


def keyframe_row(detected: KeyframeDetections, names: Sequence[str]) -> Row:
    frame = detected.keyframe
    boxes = zip(detected.detections, detected.tracks, strict=True)
    return {
        "video_id": frame.video_id,
        "frame_index": frame.frame_index,
        "seconds": round(frame.seconds, 3),
        "counts": detected.counts(names),
        "boxes": [{**detection_row(detection), "track": track} for detection, track in boxes],
    }


def keyframe_line(detected: KeyframeDetections, names: Sequence[str]) -> str:
    counts = "  ".join(f"{name} {count}" for name, count in detected.counts(names).items() if count)
    return f"{format_timestamp(detected.keyframe.seconds)}  {counts or '-'}"


def tracks_line(keyframes: Sequence[KeyframeDetections]) -> str:
    phrases = {
        track: detection.phrase
        for keyframe in keyframes
        for detection, track in zip(keyframe.detections, keyframe.tracks, strict=True)
    }
    counts = [f"{phrase} {count}" for phrase, count in Counter(phrases.values()).most_common()]
    return f"{len(phrases)} tracks{': ' if counts else ''}{', '.join(counts)}"


def detections_csv(keyframes: Sequence[KeyframeDetections]) -> str:
    """CSV with one line for each box."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["video_id", "frame_index", "seconds", "phrase", "score", "x1", "y1", "x2", "y2", "track"])
    for detected in keyframes:
        frame = detected.keyframe
        for detection, track in zip(detected.detections, detected.tracks, strict=True):
            row = detection_row(detection)
            where = [frame.video_id, frame.frame_index, round(frame.seconds, 3)]
            writer.writerow([*where, row["phrase"], row["score"], *row["box"], track])
    return text.getvalue()


def evidence_row(evidence: Evidence) -> Row:
    return {
        "video_id": evidence.moment.video_id,
        "start_seconds": round(evidence.moment.start_seconds, 3),
        "end_seconds": round(evidence.moment.end_seconds, 3),
        "seconds": round(evidence.keyframe.seconds, 3) if evidence.keyframe else None,
        "frame_index": evidence.frame_index,
        "image": evidence.image,
        "text": evidence.text,
        "boxes": [list(box) for box in evidence.boxes],
        "tool": evidence.tool,
        "score": round(evidence.score, 4),
    }


def reply_row(reply: Reply, audio: str | None) -> Row:
    return {
        "answer": reply.answer,
        "language": reply.language,
        "confidence": round(reply.confidence, 4),
        "calibrated": reply.calibrated,
        "conditions": [{"text": c.text, "verdict": c.verdict} for c in reply.conditions],
        "choices": list(reply.choices),
        "evidence": [evidence_row(e) for e in reply.evidence],
        "steps": [
            {"tool": s.tool, "arguments": s.arguments, "summary": s.summary, "decided_by": s.decided_by}
            for s in reply.steps
        ],
        "audio": audio,
    }


def reply_lines(reply: Reply, domain_notice: str = "") -> list[str]:
    lines = [reply.answer, *(f"  ? {choice}" for choice in reply.choices)]
    if domain_notice:
        lines.append(f"  {domain_notice}")
    if reply.short:
        sure = f"sure {reply.confidence:.2f}" + ("" if reply.calibrated else ", uncalibrated")
        verdicts = [f"{condition.text}: {condition.verdict}" for condition in reply.conditions]
        lines.append("  " + " · ".join([sure, *verdicts]))
    for evidence in reply.evidence:
        quoted = f"  “{evidence.text}”" if evidence.text else ""
        place = f"{evidence.moment.video_id} {format_timestamp(evidence.seconds)}"
        lines.append(f"  [{place}] {evidence.tool} {evidence.score:.2f}{quoted}")
    return lines

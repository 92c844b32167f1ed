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

from tools.types import Detection, EventSequence, Evidence, FrameHit, Line, Video

if TYPE_CHECKING:
    from assistant.agent import Reply
    from assistant.export.describe import Description
    from assistant.retrieval.grounding import KeyframeDetections
    from tools.classify import LabelledStretch

Row = Mapping[str, Any]
SHOWN_LABELS = 3  # of a stretch, to people


def emit_json(value: object) -> None:
    """The one JSON document of a command, to stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def emit(rows: Sequence[Row], lines: Sequence[str], *, as_json: bool, empty: str) -> None:
    """Rows as JSON, or lines for people; why there is nothing, in one sentence, to stderr."""
    if as_json:
        emit_json(list(rows))
    elif lines:
        click.echo("\n".join(lines))
    if not lines:
        click.echo(empty, err=True)


def clock(seconds: float) -> str:
    """`83.46` to `1:23.4`: truncated, so that a clock never points past its moment."""
    tenths = int(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest // 10:02d}.{rest % 10}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


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
        f"{video.video_id}  {clock(video.duration_seconds)}  {video.width}x{video.height}  "
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
    }


def hit_line(hit: FrameHit) -> str:
    frame = hit.keyframe
    return f"{hit.score:.3f}  {frame.video_id}  {clock(frame.seconds)}  {frame.image}"


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
    words = marked(line.text, line.marks)
    return f"{line.video_id}  {clock(line.start_seconds)}-{clock(line.end_seconds)}  {line.source}  {words}"


def marked(text: str, marks: Sequence[tuple[int, int]]) -> str:
    """`the fox` with `((4, 7),)` to `the «fox»`; neighbouring marks become one."""
    joined: list[tuple[int, int]] = []
    for start, end in marks:
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    for start, end in reversed(joined):
        text = f"{text[:start]}«{text[start:end]}»{text[end:]}"
    return text


def description_row(told: Description) -> Row:
    one = told.evidence
    return {
        "text": told.text,
        "score": round(told.confidence, 4),
        "video_id": None if one is None else one.moment.video_id,
        "start_seconds": None if one is None else round(one.moment.start_seconds, 3),
        "end_seconds": None if one is None else round(one.moment.end_seconds, 3),
        "image": None if one is None else one.image,
    }


def description_line(told: Description) -> str:
    return told.text if told.evidence is None else f"{clock(told.evidence.moment.start_seconds)}  {told.text}"


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
        f"{moment.event} (missed)" if moment.seconds is None else f"{moment.event} {clock(moment.seconds)}"
        for moment in sequence.moments
    )
    return f"{sequence.score:.3f}{'' if sequence.certified else '?'}  {sequence.video_id}  {steps}"


def labelled_row(found: LabelledStretch, names: Mapping[str, str]) -> Row:
    """`names` gives each label as it was typed."""
    return {
        "video_id": found.keyframe.video_id,
        "start_seconds": round(found.start_seconds, 3),
        "end_seconds": round(found.end_seconds, 3),
        "shot": found.keyframe.shot,
        "frame_index": found.keyframe.frame_index,
        "image": found.keyframe.image,
        "labels": [
            {"label": names[one.text], "share": round(one.share, 4), "probability": round(one.probability, 4)}
            for one in found.labels
        ],
    }


def labelled_line(found: LabelledStretch, names: Mapping[str, str]) -> str:
    shares = "  ".join(f"{names[one.text]} {one.share:.2f}" for one in found.labels[:SHOWN_LABELS])
    # The share says which of the labels; whether any of them is there, only the probability can.
    doubt = "" if found.labels[0].probability >= 0.5 else "  (perhaps none of them)"
    return f"{clock(found.start_seconds)}-{clock(found.end_seconds)}  {shares}{doubt}"


def moment_line(moment: Evidence) -> str:
    where = f"{clock(moment.moment.start_seconds)}-{clock(moment.moment.end_seconds)}"
    return f"{moment.score:.3f}  {moment.moment.video_id}  {where}  {moment.image}"


def detection_row(detection: Detection) -> Row:
    box = [round(value, 1) for value in detection.box]
    return {"phrase": detection.phrase, "score": round(detection.score, 4), "box": box}


def detection_line(detection: Detection) -> str:
    x1, y1, x2, y2 = detection.box
    return f"{detection.score:.3f}  {detection.phrase}  {x1:.0f},{y1:.0f} - {x2:.0f},{y2:.0f}"


def keyframe_row(found: KeyframeDetections, names: Sequence[str]) -> Row:
    frame = found.keyframe
    rows = zip(found.detections, found.tracks, strict=True)
    return {
        "video_id": frame.video_id,
        "frame_index": frame.frame_index,
        "seconds": round(frame.seconds, 3),
        "counts": found.counts(names),
        "boxes": [{**detection_row(detection), "track": track} for detection, track in rows],
    }


def keyframe_line(found: KeyframeDetections, names: Sequence[str]) -> str:
    counts = "  ".join(f"{name} {count}" for name, count in found.counts(names).items() if count)
    return f"{clock(found.keyframe.seconds)}  {counts or '-'}"


def tracks_line(found: Sequence[KeyframeDetections]) -> str:
    first = {t: d.phrase for one in found for d, t in zip(one.detections, one.tracks, strict=True)}
    parts = [f"{name} {count}" for name, count in Counter(first.values()).most_common()]
    return f"{len(first)} tracks{': ' if parts else ''}{', '.join(parts)}"


def detections_csv(found: Sequence[KeyframeDetections]) -> str:
    """One line for each box."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["video_id", "frame_index", "seconds", "phrase", "score", "x1", "y1", "x2", "y2", "track"])
    for one in found:
        frame = one.keyframe
        for detection, track in zip(one.detections, one.tracks, strict=True):
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


def reply_lines(reply: Reply, beyond: str = "") -> list[str]:
    lines = [reply.answer, *(f"  ? {choice}" for choice in reply.choices), *([f"  {beyond}"] if beyond else [])]
    if reply.short:
        sure = f"sure {reply.confidence:.2f}" + ("" if reply.calibrated else ", uncalibrated")
        verdicts = [f"{condition.text}: {condition.verdict}" for condition in reply.conditions]
        lines.append("  " + " · ".join([sure, *verdicts]))
    for evidence in reply.evidence:
        at = evidence.seconds
        what = f"  “{evidence.text}”" if evidence.text else ""
        lines.append(f"  [{evidence.moment.video_id} {clock(at)}] {evidence.tool} {evidence.score:.2f}{what}")
    return lines

import pytest

from assistant.ingest import captions
from assistant.ingest.captions import caption_videos
from tools.ports import Answer


class FakeCaptioner:
    """Says which frame it sees, and remembers what it captioned; fails once that would be more than `limit`."""

    def __init__(self, limit: int = 10**6) -> None:
        self.captioned: list[int] = []
        self.limit = limit

    def __call__(self, keyframes):
        if len(self.captioned) + len(keyframes) > self.limit:
            raise RuntimeError("killed")
        self.captioned += [k.frame_index for k in keyframes]
        return [Answer(f"picture {k.frame_index}", 0.9) for k in keyframes]


def test_every_keyframe_gets_a_caption_that_is_found(library, add) -> None:
    name = add(library, "a", n=5, texts=("spoken",))
    captioner = FakeCaptioner()
    (result,) = caption_videos(library, captioner, [name])
    assert (result.captions, result.keyframes) == (5, 5)
    lines = library.lines(name, source="caption")
    assert [(line.start_seconds, line.end_seconds) for line in lines] == [(i, i + 1.0) for i in range(5)]
    assert [hit.text for hit in library.search_lines("picture 30", source="caption", limit=1)] == ["picture 30"]
    assert library.video(name).lines == 6
    assert library.check() == []


def test_what_was_captioned_before_a_kill_is_not_captioned_again(library, add, monkeypatch) -> None:
    monkeypatch.setattr(captions, "BATCH", 2)
    name = add(library, "a", n=5)
    with pytest.raises(RuntimeError, match="killed"):
        list(caption_videos(library, FakeCaptioner(limit=4), [name]))
    assert len(library.lines(name, source="caption")) == 4
    captioner = FakeCaptioner()
    assert [result.captions for result in caption_videos(library, captioner, [name])] == [1]
    assert captioner.captioned == [40]
    assert [result.captions for result in caption_videos(library, captioner, [name])] == [0]


def test_near_duplicates_are_captioned_once_and_share_their_caption(library, add) -> None:
    name = add(library, "a", n=4, same_group=True)
    captioner = FakeCaptioner()
    list(caption_videos(library, captioner, [name]))
    # The fourth keyframe is of another shot.
    assert captioner.captioned == [0, 30]
    assert [line.text for line in library.lines(name, source="caption")] == ["picture 0"] * 3 + ["picture 30"]

"""What is described of pictures that the core does not know: the names of their things, or nothing."""

from types import SimpleNamespace

import numpy as np
import pytest

from assistant.agent.options import AgentOptions
from assistant.export.describe import describe_picture, describe_video
from assistant.text.things import write_names
from tests.fakes import SEEN, FakeIndex, ScriptedCore
from tools.errors import VideoAssistantError
from tools.types import NamedPicture

DOG, NOTHING = write_names(["dog"], ["animal"]), ""


class _Namer:
    def __init__(self, text: str) -> None:
        self.text = text

    def name(self, images):
        return [self.text for _ in images], np.zeros((len(images), 3), np.float32)


class _Blip:
    def features(self, images):
        return images

    def in_domain(self, features):
        return [False for _ in features]


def session(*texts: str) -> SimpleNamespace:
    """A session whose core knows none of its pictures, each of which is named."""
    index = FakeIndex()
    pictures = [
        NamedPicture(keyframe, keyframe.seconds + 1.0, text)
        for keyframe, text in zip(index.keyframes("v"), texts, strict=False)
    ]
    core = ScriptedCore(unfamiliar=range(len(SEEN)))
    core.caption = lambda frames: [SimpleNamespace(text="", confidence=0.0) for _ in frames]
    return SimpleNamespace(
        library=SimpleNamespace(video=lambda video_id: video_id),
        search=index,
        core=core,
        blip=_Blip(),
        names=SimpleNamespace(named_pictures=lambda video_id: pictures),
        namer=_Namer(texts[0]) if texts else None,
    )


def test_a_video_is_told_by_the_stretches_of_its_names() -> None:
    descriptions = describe_video(session(DOG, DOG, NOTHING, DOG), "v", "en")
    assert [description.text for description in descriptions] == ["a classifier recognises: dog"] * 2
    moments = [description.evidence.moment for description in descriptions]
    assert [(moment.start_seconds, moment.end_seconds) for moment in moments] == [(0.0, 2.0), (3.0, 4.0)]
    assert descriptions[0].confidence == AgentOptions().named_confidence


def test_a_picture_is_told_by_its_names_in_both_languages() -> None:
    image = np.zeros((9, 16, 3), np.uint8)
    assert describe_picture(session(DOG), image, "en").text == "a classifier recognises: dog"
    assert describe_picture(session(DOG), image, "vi").text == "bộ nhận dạng thấy: con chó"


@pytest.mark.parametrize("texts", [(), (NOTHING, NOTHING)])
def test_where_nothing_is_named_nobody_can_tell(texts: tuple[str, ...]) -> None:
    with pytest.raises(VideoAssistantError, match="I cannot tell"):
        describe_video(session(*texts), "v", "en")
    with pytest.raises(VideoAssistantError, match="I cannot tell"):
        describe_picture(session(*texts), np.zeros((9, 16, 3), np.uint8), "en")

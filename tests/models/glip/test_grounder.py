import numpy as np
import pytest

from assistant.models.glip.grounder import GlipGrounder
from tests.tiny_glip import save_tiny
from tools.errors import ModelNotFoundError, VideoAssistantError


@pytest.fixture(scope="module")
def grounder(tmp_path_factory) -> GlipGrounder:
    return GlipGrounder(str(save_tiny(tmp_path_factory.mktemp("glip"))))


def _picture(height: int = 90, width: int = 160) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)


def test_nothing_is_loaded_before_it_is_asked(tmp_path) -> None:
    assert not GlipGrounder(str(tmp_path)).is_loaded


def test_boxes_are_named_ordered_and_within_the_picture(grounder) -> None:
    detections = grounder.detect(_picture(), "red car . bus")
    assert {detection.phrase for detection in detections} == {"red car", "bus"}
    assert [detection.score for detection in detections] == sorted(
        (detection.score for detection in detections), reverse=True
    )
    for detection in detections:
        x1, y1, x2, y2 = detection.box
        assert 0 <= x1 < x2 <= 160
        assert 0 <= y1 < y2 <= 90
        assert 0 < detection.score <= 1


def test_a_long_list_gives_what_its_parts_give(grounder) -> None:
    """Every caption sees the same picture; they do not suppress each other's boxes."""
    names = [
        f"{colour} {kind}"
        for colour in ("red", "blue", "a", "the")
        for kind in ("car", "bus", "dog", "person", "street")
    ]
    first, second = " . ".join(names[:15]), " . ".join(names[15:])
    together = grounder.detect(_picture(), " . ".join(names))
    parts = grounder.detect(_picture(), first) + grounder.detect(_picture(), second)
    assert together == sorted(parts, key=lambda detection: -detection.score)


def test_words_around_a_name_change_what_is_seen_but_not_what_is_named(grounder) -> None:
    plain, enriched = (grounder.detect(_picture(), text) for text in ("car", "there are some [car] in the street"))
    assert {detection.phrase for detection in plain} == {detection.phrase for detection in enriched} == {"car"}
    assert plain != enriched


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (33, 31)])
def test_any_shape_of_picture(grounder, shape) -> None:
    assert all(
        0 <= detection.box[0] < detection.box[2] <= shape[1]
        for detection in grounder.detect(_picture(*shape), "red car")
    )


def test_three_hundred_phrases(grounder) -> None:
    assert grounder.detect(_picture(), " . ".join(f"car {i}" for i in range(300)))


@pytest.mark.parametrize("phrases", ["", "🙂", "xe", "red car . xe", "a [car"])
def test_what_cannot_be_sought_is_one_line(grounder, phrases) -> None:
    with pytest.raises(VideoAssistantError) as error:
        grounder.detect(_picture(), phrases)
    assert "\n" not in str(error.value)


def test_a_checkpoint_without_its_words_says_where_they_would_go(tmp_path) -> None:
    folder = save_tiny(tmp_path)
    for name in ("tokenizer.json", "vocab.txt"):
        (folder / name).unlink()
    with pytest.raises(ModelNotFoundError, match=rf"no tokenizer in {folder}.*tokenizer\.json"):
        GlipGrounder(str(folder)).detect(_picture(), "car")


def test_an_empty_place_is_named(tmp_path) -> None:
    grounder = GlipGrounder(str(tmp_path / "glip"))
    assert not grounder.has_checkpoint
    with pytest.raises(ModelNotFoundError, match="glip"):
        grounder.detect(_picture(), "car")

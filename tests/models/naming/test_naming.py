"""What a picture is named, and where it lies among sentences."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from assistant.media.decode import open_media
from assistant.models.naming.classifier import KINDS, NETWORKS, Network, ThingClassifier, prepare
from assistant.models.naming.kinds import describe_kinds, load_kind_names
from assistant.models.naming.namer import PictureNamer
from assistant.models.naming.place import place_kinds, place_pictures
from assistant.models.naming.sure_names import NamingOptions, name_picture
from assistant.models.packaged import PackagedFile
from assistant.text.things import names_to_say, shows_thing
from tests.conftest import MEDIA
from tools.errors import ModelNotFoundError

CHIHUAHUA, SPANIEL, TABBY, COFFEE_MUG, MAZE = 151, 156, 281, 504, 646


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.models.naming.place.cache_folder", lambda: tmp_path)


class Encoder:
    """Places a text by its first letter; counts its calls."""

    identity = "first-letter"

    def __init__(self) -> None:
        self.calls = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls += 1
        letters = [ord(text[0].lower()) % 32 for text in texts]
        return np.eye(32, dtype=np.float32)[letters]


def probabilities(**share: float) -> NDArray[np.float32]:
    """A picture of kinds at `k12=.5`; the rest is spread evenly."""
    row = np.full(KINDS, (1 - sum(share.values())) / KINDS, np.float32)
    for kind, probability in share.items():
        row[int(kind[1:])] += probability
    return row


def test_the_kinds_have_the_names_of_imagenet() -> None:
    names = load_kind_names()
    assert len(names) == KINDS
    assert names[CHIHUAHUA] == ("Chihuahua",)
    assert "coffee mug" in names[COFFEE_MUG]
    plain, everyday, definitions = describe_kinds()
    assert "dog" not in plain[CHIHUAHUA]
    assert "dog" in everyday[CHIHUAHUA]
    assert "tiny" in definitions[CHIHUAHUA]


def test_like_kinds_add_up_to_their_thing() -> None:
    text = name_picture(probabilities(k151=0.35, k156=0.35))
    assert names_to_say(text) == ["dog"]
    assert shows_thing(text, "animal")
    assert not shows_thing(text, "chihuahua")


def test_a_sure_kind_is_true_but_its_thing_is_said() -> None:
    text = name_picture(probabilities(k504=0.6))
    assert names_to_say(text) == ["cup"]
    assert shows_thing(text, "coffee mugs")


def test_a_sure_kind_of_no_thing_is_said() -> None:
    assert names_to_say(name_picture(probabilities(k646=0.8))) == ["maze"]


def test_nothing_is_named_where_nothing_is_sure() -> None:
    assert name_picture(probabilities(k151=0.2, k504=0.3)) == ""


def test_probability_scattered_over_many_kinds_is_no_animal() -> None:
    row = np.full(KINDS, 0.35 / 602, np.float32)
    row[:398] = 0.65 / 398
    assert name_picture(row) == ""
    assert "animal" in name_picture(row, NamingOptions(min_lift=1.0))


def test_a_picture_lies_between_the_names_of_its_kinds() -> None:
    kinds = place_kinds(Encoder())
    assert kinds.shape == (KINDS, 32)
    sure, torn = place_pictures(np.stack([probabilities(k151=1.0), probabilities(k151=0.5, k281=0.5)]), kinds)
    assert sure @ kinds[CHIHUAHUA] == pytest.approx(1, abs=1e-3)
    assert torn @ kinds[CHIHUAHUA] == pytest.approx(torn @ kinds[TABBY], abs=1e-3)
    assert np.linalg.norm(torn) == pytest.approx(1, abs=1e-5)


def test_the_places_of_the_kinds_are_computed_once_for_an_encoder() -> None:
    first, second = Encoder(), Encoder()
    places = place_kinds(first)
    assert np.array_equal(place_kinds(second), places)
    assert (first.calls, second.calls) == (3, 0)
    second.identity = "another"
    place_kinds(second)
    assert second.calls == 3


def test_views_of_a_picture() -> None:
    picture = np.zeros((100, 200, 3), np.uint8)
    picture[:, 75:125] = 255  # a white bar in the middle, a quarter of the width
    network = Network("any", NETWORKS[0].file, 64, 1.0, ("squash", "crop"))
    squashed, cropped = (prepare(Image.fromarray(picture), network, fit) for fit in network.fits)
    assert squashed.shape == cropped.shape == (3, 64, 64)
    assert (squashed > 0).mean() == pytest.approx(0.25, abs=0.04)
    assert (cropped > 0).mean() == pytest.approx(0.5, abs=0.04)
    assert (squashed.min(), squashed.max()) == pytest.approx((-127 / 128, 1.0), abs=0.05)


def test_a_missing_package_is_named() -> None:
    missing = PackagedFile("no_such_package", "a.pth", "0" * 64, "naming", "MIT", "nothing")
    classifier = ThingClassifier([Network("tf_efficientnet_lite0", missing, 224, 0.875, ("crop",))])
    assert not classifier.is_installed
    with pytest.raises(ModelNotFoundError, match="pip install 'video-assistant\\[naming\\]'"):
        classifier.classify([np.zeros((8, 8, 3), np.uint8)])


def test_pictures_of_one_batch_do_not_depend_on_each_other() -> None:
    classifier = ThingClassifier(NETWORKS[:1])
    random = np.random.default_rng(0)
    images = [random.integers(0, 256, (90, 60 + 10 * n, 3), np.uint8) for n in range(3)]
    together = classifier.classify(images)
    assert together.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-4)
    assert np.abs(together[1:2] - classifier.classify(images[1:2])).max() < 1e-4
    assert classifier.classify([]).shape == (0, KINDS)


@pytest.mark.shared
def test_a_real_picture_is_named() -> None:
    with open_media(MEDIA / "odd" / "rot_90.mov") as media:
        image = next(iter(media.frames())).image()
    (text,), places = PictureNamer(ThingClassifier(), Encoder()).name([image])
    assert names_to_say(text) == ["keyboard"]
    assert places.shape == (1, 32)

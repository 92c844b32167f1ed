import numpy as np
import pytest

from assistant.models.meaning import SentenceEncoder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder("packaged:all-MiniLM-L6-v2")


def test_sentences_of_one_meaning_are_near_whatever_their_words(encoder) -> None:
    texts = ["The automobile came to a halt.", "A car stopped.", "She boiled an egg for breakfast."]
    vectors = encoder.embed(texts)
    assert vectors.shape == (3, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)
    cosines = vectors @ vectors.T
    assert cosines[0, 1] > 0.6 > 0.2 > cosines[0, 2]


def test_a_batch_of_mixed_lengths_gives_what_each_text_gives_alone(encoder) -> None:
    texts = ["short", "a much longer sentence about the weather on the coast of the country", "two words"]
    assert encoder.embed(texts) == pytest.approx(np.concatenate([encoder.embed([text]) for text in texts]), abs=1e-5)


def test_late_interaction_finds_the_word_that_a_mean_would_drown(encoder) -> None:
    texts = ["Then the model is trained, tested and shipped in a Docker container.", "Then the model is trained."]
    scores = encoder.late_interaction("Where is Docker mentioned?", texts)
    assert scores[0] > scores[1] + 0.2
    assert encoder.late_interaction("and the of", texts).tolist() == [0.0, 0.0]

import numpy as np
import pytest

from assistant.retrieval.meaning import MeaningSearch, fuse_lines
from tools.types import Line, Passage, PassageHit


class Encoder:
    """Knows English; its vectors do not matter, since the passages below are given."""

    identity, languages = "letters", ("en",)

    def embed(self, texts):
        return np.ones((len(texts), 2), np.float32)

    def late_interaction(self, query, texts):
        return np.array([float(query.split()[0] in text) for text in texts], np.float32)


class Passages:
    def __init__(self, *hits: PassageHit) -> None:
        self.hits, self.passage_vectors = list(hits), self

    def search(self, encoder, vector, *, limit, **_):
        return self.hits[:limit]


def hit(start: float, end: float, text: str, cosine: float) -> PassageHit:
    return PassageHit(Passage("v", start, end, "subtitle", text), cosine)


def line(start: float, end: float, score: float) -> Line:
    return Line("v", start, end, "subtitle", "words", score)


def search(question: str, *hits: PassageHit, translate=lambda text: None) -> list[Line]:
    return MeaningSearch(Passages(*hits), Encoder(), translate).search(question)


def test_words_that_a_passage_holds_raise_it_above_a_nearer_one() -> None:
    lines = search("gradient descent explained", hit(0, 25, "loss", 0.6), hit(50, 75, "the gradient", 0.5))
    assert [line.text for line in lines] == ["the gradient", "loss"]
    assert [line.shown for line in lines] == [True, False]


def test_of_two_passages_that_overlap_the_better_one_stays() -> None:
    lines = search("how is this done", hit(0, 25, "a", 0.6), hit(12, 37, "b", 0.5), hit(25, 50, "c", 0.4))
    assert [line.text for line in lines] == ["a", "c"]


@pytest.mark.parametrize(("english", "count"), [("when is the gradient explained", 1), (None, 0)])
def test_a_vietnamese_question_is_searched_in_english_if_its_words_are_known(english: str | None, count: int) -> None:
    found = search("khi nào giải thích về đạo hàm", hit(0, 25, "a", 0.6), translate=lambda text: english)
    assert len(found) == count


def test_the_better_score_wins_whether_it_is_of_words_or_of_meaning() -> None:
    near = [line(100, 125, 0.8), line(0, 25, 0.7)]
    fused = fuse_lines([line(5, 8, 0.9), line(110, 112, 0.5)], near, 10)
    assert [(line.start_seconds, line.score) for line in fused] == [(5, 0.9), (100, 0.8)]
    assert fused[0].why == "words"

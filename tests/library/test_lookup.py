import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.fold import fold, folded_words

TEXTS = (
    "Bản tin thời sự tối nay",
    "Tin tức nóng hổi",
    "ĐƯỜNG NGUYỄN HUỆ",
    "The quick brown fox",
    "một đường phố đông người",
)


@given(st.text())
def test_folding_twice_changes_nothing_and_forms_agree(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert folded_words(unicodedata.normalize("NFD", text)) == folded_words(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("tin tuc", "Tin tức nóng hổi"),
        ("tin tức", "Tin tức nóng hổi"),
        ("duong nguyen hue", "ĐƯỜNG NGUYỄN HUỆ"),
        ("quik brown", "The quick brown fox"),
        ("bro", "The quick brown fox"),
        ("ngươi", "một đường phố đông người"),
        ("fox zebra", "The quick brown fox"),
        ("quikcbrown", "The quick brown fox"),
        ("thoi s toi nya", "Bản tin thời sự tối nay"),
        ('"tin tuc"', "Tin tức nóng hổi"),
    ],
)
def test_lookup_forgives_accents_typos_and_half_words(library, add, query: str, first: str) -> None:
    add(library, "a", texts=TEXTS)
    hits = library.search_lines(query)
    assert hits[0].text == first
    assert 0 < hits[0].score <= 1


def test_a_whole_phrase_scores_best(library, add) -> None:
    add(library, "a", texts=("b a", "a b"))
    assert [(hit.text, hit.score) for hit in library.search_lines("a b")] == [("a b", 1.0), ("b a", 0.95)]


@pytest.mark.parametrize(
    "query",
    ["", "   ", '"', "AND OR NOT", "a* NEAR(b)", "'; DROP TABLE line; --", "\x00", "🎬", "مرحبا", "* *", '"' * 99],
)
def test_any_query_is_only_words(library, add, query: str) -> None:
    add(library, "a", texts=TEXTS)
    assert isinstance(library.search_lines(query), list)
    assert len(library.lines(library.videos()[0].video_id)) == len(TEXTS)


def test_a_quoted_phrase_stands_together(library, add) -> None:
    add(library, "a", texts=("tin một tức", "tin tức"))
    assert [hit.text for hit in library.search_lines('"tin tuc"')] == ["tin tức"]
    assert [hit.text for hit in library.search_lines('"tuc tin"')] == ["tin tức", "tin một tức"]


def test_among_equals_the_accents_as_typed_come_first(library, add) -> None:
    add(library, "a", texts=("ma", "má", "mà", "mạ"))
    assert [library.search_lines(word)[0].text for word in ("má", "mà", "ma", "MẠ")] == ["má", "mà", "ma", "mạ"]


def test_a_hit_is_marked_where_it_matched(library, add) -> None:
    add(library, "a", texts=TEXTS)
    for query, words in (("tin tuc", ["Tin", "tức"]), ("quik brow", ["quick", "brown"]), ("HUE", ["HUỆ"])):
        hit, *_ = library.search_lines(query)
        assert [hit.text[start:end] for start, end in hit.marks] == words


def test_typos_are_forgiven_within_a_filter_too(library, add) -> None:
    name = add(library, "a", texts=("bản tin sáng", "bản tin tối"))
    other = add(library, "b", texts=("bản tin trưa",))
    assert [hit.text for hit in library.search_lines("bản trau", video_id=other)] == ["bản tin trưa"]
    assert library.search_lines("bản sagn", video_id=name)[0].text == "bản tin sáng"
    assert [hit.text for hit in library.search_lines("bản sagn", video_id=name, start_seconds=1.0)] == ["bản tin tối"]


SIGNS = ("PHO HOA", "Phở bò", "quà cho bé", "con chó vàng", "chóng mặt", "CHO SUA", "the cat sat", "chợ Bến Thành")


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("chó", {"con chó vàng", "CHO SUA"}),  # screen text is often read without accents
        ("cho", {"quà cho bé", "con chó vàng", "CHO SUA", "chợ Bến Thành"}),
        ("CHÓ", {"con chó vàng", "CHO SUA"}),
        (unicodedata.normalize("NFD", "chó"), {"con chó vàng", "CHO SUA"}),
        ("phở", {"PHO HOA", "Phở bò"}),
        ("bat", set()),
        ("cta", set()),
    ],
)
def test_a_short_word_is_never_taken_for_another(library, add, query: str, texts: set[str]) -> None:
    add(library, "a", texts=SIGNS)
    assert {hit.text for hit in library.search_lines(query)} == texts
    for hit in library.search_lines(f"{query} vnag"):
        assert hit.text in {*texts, "con chó vàng"}, "the longer word alone is corrected"


def test_accents_that_were_typed_count_where_a_line_has_some(library, add) -> None:
    add(library, "a", texts=("tiếng cháy rừng", "chạy bộ"))
    assert [hit.text for hit in library.search_lines("chạy")] == ["chạy bộ"]
    assert {hit.text for hit in library.search_lines("chay")} == {"tiếng cháy rừng", "chạy bộ"}
    misread, *_ = library.search_lines("tiềng")
    assert (misread.text, misread.score) == ("tiếng cháy rừng", 0.8)


def test_words_of_a_removed_video_are_forgotten(library, add) -> None:
    name = add(library, "a", texts=("chuồn chuồn",))
    add(library, "b", texts=("con bướm",))
    assert library.search_lines("chuon chuonn")
    library.remove(name)
    assert library.search_lines("chuon chuonn") == []


LECTURE = (
    "hello everybody, today we talk about networks",
    "gradient descent takes small steps",
    "the learning rate says how long each step is",
    "bây giờ chúng ta nói về đạo hàm của hàm số",
)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("When does he explain gradient descent?", LECTURE[1]),
        ("what is the learning rate", LECTURE[2]),
        ("đoạn nào nói về đạo hàm?", LECTURE[3]),
        ("doan nao noi ve dao ham", LECTURE[3]),
    ],
)
def test_a_question_finds_the_line_that_says_most_of_what_it_is_about(library, add, question: str, first: str) -> None:
    name = add(library, "a", texts=LECTURE)
    hits = library.passages(question, video_id=name)
    assert hits[0].text == first
    assert hits[0].score >= 0.6
    assert hits[0].marks


@pytest.mark.parametrize("question", ["", "is it there?", "khi nào thì có gì?", "does a bus overtake the truck?"])
def test_a_question_about_what_no_line_says_finds_none(library, add, question: str) -> None:
    add(library, "a", texts=LECTURE)
    assert library.passages(question) == []


def test_filters_by_time_and_source(library, add) -> None:
    name = add(library, "a", texts=("tin một", "tin hai", "tin ba"))
    assert [hit.text for hit in library.search_lines("tin", start_seconds=1.0, end_seconds=2.0)] == ["tin hai"]
    assert library.search_lines("tin", source="ocr") == []
    assert library.search_lines("tin", excluded_source="subtitle") == []
    assert library.search_lines("tinn", allow_typos=False) == []
    assert [line.text for line in library.lines(name, end_seconds=1.0)] == ["tin một"]


@pytest.mark.parametrize(
    ("query", "text", "share"),
    [
        ("a red bicycle", "the red bicycles are here", 1.0),
        ("a red bicycle", "the red car", 0.5),
        ("hurricane", "a huricane is coming", 1.0),
        ("hurricane", "a hurdle", 0.0),
        ("chó", "cho bé", 0.0),
        ("con chó", "CON CHO", 1.0),
        ("cháy rừng", "chạy trong rừng", 0.5),
        ("the", "the end", 1.0),
    ],
)
def test_a_line_holds_the_words_that_say_what_a_query_is_about(library, add, query, text, share) -> None:
    name = add(library, "a", texts=(text,))
    (line,) = library.lines(name)
    assert library.share_held(query, line) == share


def test_misread_accents_count_in_screen_text_only(library, add) -> None:
    name = add(library, "a", texts=("duờng Nguyễn Huệ",))
    (line,) = library.lines(name)
    assert library.share_held("đường", line) == 0.0
    assert library.share_held("đường", replace(line, source="ocr")) == 1.0

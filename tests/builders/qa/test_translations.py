"""Linking translations, and not linking what only has equal row numbers."""

from domainbench.builders.qa.translations import QuestionKeys, link


def keys(rows):
    """Rows of (file, language, source id, parallel id, answer, options, text)."""
    file, language, source, parallel, answer, options, text = zip(*rows, strict=True)
    return QuestionKeys(source, parallel, file, language, answer, options, text)


def test_ids_that_translations_share_link_different_languages_only():
    found = link(
        keys(
            [
                ("a", "en", "1", "p", 0, 4, "x"),
                ("b", "hi", "2", "p", 1, 4, "y"),
                ("a", "en", "3", "q", 0, 4, "z"),
                ("a", "en", "4", "q", 0, 4, "w"),
            ]
        )
    )
    assert found.parallel_id == ["p", "p", None, None]
    assert found.parallel_from == ["id", "id", None, None]


def test_an_id_that_two_sets_use_links_nothing():
    rows = [(f"{s}-{code}", code, "1", "1", 0, 4, s) for s in ("a", "b") for code in ("en", "hi")]
    assert link(keys(rows)).parallel_id == [None] * 4


def files(agreeing):
    rows = []
    for n in range(10):
        rows.append(("en.csv", "en", str(n), None, n % 4, 4, f"in {1900 + n}"))
        year = 1900 + n if n < agreeing else 1800 - n
        rows.append(("hi.csv", "hi", str(n), None, n % 4, 4, f"{year} में"))
    return link(keys(rows))


def test_equal_ids_of_two_files_are_believed_where_the_questions_agree():
    found = files(agreeing=9)
    assert found.parallel_from == ["source"] * 20
    assert found.parallel_id[:2] == ["en.csv#0", "en.csv#0"]


def test_equal_ids_that_are_row_numbers_link_nothing():
    assert files(agreeing=5).parallel_id == [None] * 20


def test_files_of_one_language_are_not_linked():
    rows = [(f, "en", "1", None, 0, 4, "same") for f in ("a", "b")]
    assert link(keys(rows)).parallel_id == [None, None]


def test_an_encoder_links_nearest_neighbours_that_are_clear(minilm):
    rows = [
        ("a", "en", None, None, 0, 4, "Which river flows through Paris?"),
        ("b", "fr", None, None, 0, 4, "Which river flows through Paris, in French?"),
        ("a", "en", None, None, 0, 4, "How many legs has a spider?"),
        ("b", "fr", None, None, 0, 4, "Number of legs of the spider, in French"),
        ("b", "fr", None, None, 0, 4, "The price of gold rose on Monday"),
    ]
    found = link(keys(rows), encoder=str(minilm), threshold=0.6)
    assert found.parallel_id[0] == found.parallel_id[1] is not None
    assert found.parallel_id[2] == found.parallel_id[3] is not None
    assert found.parallel_id[4] is None
    assert found.parallel_from[:4] == ["encoder"] * 4

"""What a release shares with earlier ones and with itself."""

import hashlib
import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.code import leakage
from domainbench.builders.code.leakage import (
    LeakOptions,
    Material,
    drop_known,
    find_leaks,
    leak_report,
)
from domainbench.builders.code.plain_code import plain_code
from domainbench.schemas.code import CODE_CORPUS, CODE_QRELS, CODE_QUERIES, SAMPLES
from domainbench.schemas.errors import UsageError
from domainbench.schemas.release import ReleaseInfo, TableData, write_release

AREA = '''\
    def area(self, width, height):
        """The area.

        Of a rectangle # no comment
        """
        # measured in metres
        if width < 0 or height < 0:
            raise ValueError("a side is below zero")
        return width * height  # square metres
'''
PLAIN_AREA = (
    "def area ( self , width , height ) : if width < 0 or height < 0 : "
    'raise ValueError ( " a side is below zero " ) return width * height'
)
SUM = "def total(values):\n    result = 0\n    for value in values:\n        result += value\n"
JOIN = "def joined(names, mark):\n    return mark.join(sorted(name.strip() for name in names))\n"


def material(key, code, digest=None):
    return Material(key, hashlib.sha256((digest or key).encode()).hexdigest(), code)


def release(folder, items, family="code", version="2025.01"):
    rows = []
    for item in sorted(items, key=lambda one: one.id):
        row = {}
        for field in SAMPLES.schema:
            empty = [] if pa.types.is_list(field.type) else None
            if pa.types.is_boolean(field.type):
                empty = False
            if pa.types.is_integer(field.type):
                empty = 1
            if pa.types.is_string(field.type) and not field.nullable:
                empty = "x"
            row[field.name] = empty
        rows.append(row | {"_id": item.id, "digest": item.digest, "code_original": item.code})
    tables = [CODE_CORPUS, CODE_QUERIES, CODE_QRELS]
    data = [TableData(table, {"test": table.empty()}) for table in tables]
    data.append(TableData(SAMPLES, {"test": pa.Table.from_pylist(rows, schema=SAMPLES.schema)}))
    about = ReleaseInfo(folder.name, family, version, "code", {}, 0)
    return write_release(folder, data, about)


@pytest.mark.parametrize(
    ("code", "plain"),
    [
        (
            AREA,
            PLAIN_AREA,
        ),
        ("x  =  '#1'  # one", "x = ' # 1 '"),
        ("def f():\r\n    'é doc' ; return 'ü'\r\n", "def f ( ) : ; return ' ü '"),
        ("def broken(:\n  # stays", "def broken ( : # stays"),
        ("class A:\n    '''Doc.'''\n    async def f(self):\n        r'''Doc.'''\n        await g()",
         "class A : async def f ( self ) : await g ( )"),
        ("def f():\n    '''Doc.'''\n    return f'{a!r:>{b}} # {c}'\n",
         "def f ( ) : return f ' { a ! r : > { b } } # { c } '"),
        ("def f():\n    return '\\d'\n", "def f ( ) : return ' \\ d '"),
        (
            "    def f():\n        'Doc.'\n        return ''' \nx # y'''  # z\n",
            "def f ( ) : return ' ' ' x # y ' ' '",
        ),
        ("\n\tdef f():\n\t\t'Doc.'\n\t\tpass", "def f ( ) : pass"),
        ("if 1:\n    pass", "if 1 : pass"),
        ("", ""),
    ],
)  # fmt: skip
def test_plain_code(code, plain):
    assert plain_code(code) == plain


@given(st.text(alphabet="def f():\n\r#'\"\\\x0c\x00é  ", max_size=40))
def test_any_text_is_taken(code):
    assert "  " not in plain_code(code)


def test_blanks_comments_and_docstrings_do_not_count():
    other = AREA.replace("# measured in metres", "").replace("The area.", "What it covers.")
    assert plain_code(other) == plain_code(AREA.replace(" * ", "*"))


def test_exact_ones_are_told_by_id_and_by_digest(tmp_path):
    old = release(tmp_path / "old", [material("a/area", AREA), material("a/total", SUM, "s")])
    new = [
        material("a/area", "def area(): return 1 + changed\n", "changed"),
        material("b/sum", SUM.replace("total", "sum_of"), "s"),
        material("b/joined", JOIN, "j"),
        material("b/joined_too", JOIN, "j"),
    ]
    found = find_leaks(new, [old])
    kept = drop_known(found)
    assert kept.places == [2]
    assert kept.dropped == {leakage.KNOWN: 1, leakage.COPY: 1, leakage.REPEATED: 1}
    report = json.loads(leak_report(found, kept.places).to_json())
    told = report["earlier"][0]
    assert (told["name"], told["version"], told["functions"]) == ("old", "2025.01", 2)
    assert told["fingerprint"] == old.manifest.fingerprint
    assert told["candidates"] == {"same_id": 1, "same_digest": 1, "near": 0}
    assert told["samples"] == {"same_id": 0, "same_digest": 0, "near": 0}
    assert report["within"]["candidates"] == {"same_id": 0, "same_digest": 1, "near": 0}
    assert report["within"]["samples"] == {"same_id": 0, "same_digest": 0, "near": 0}
    assert (report["candidates"], report["samples"]) == (4, 1)


def jaccard(left, right):
    one, two = (
        {text[i : i + 5] for i in range(len(text) - 4)} for text in map(plain_code, (left, right))
    )
    return len(one & two) / len(one | two)


def test_near_ones_are_reported_or_dropped(tmp_path):
    near = AREA.replace("below zero", "below 0")
    twin = JOIN.replace("mark", "sign")
    close, likeness = jaccard(AREA, near), jaccard(JOIN, twin)
    assert 0.8 <= close < 1
    assert 0.5 <= likeness < 0.8
    old = release(tmp_path / "old", [material("a/area", AREA)])
    new = [material("b/area", near), material("b/joined", JOIN), material("b/twin", twin)]

    found = find_leaks(new, [old])
    assert drop_known(found).places == [0, 1, 2]
    report = leak_report(found, [0, 1, 2])
    assert report.earlier[0].samples.near == 1
    assert [(e.sample, e.other, e.similarity) for e in report.earlier[0].examples] == [
        ("b/area", "a/area", pytest.approx(close, abs=1e-4))
    ]
    assert report.within.samples.near == 0

    loose = LeakOptions("drop", threshold=likeness)
    found = find_leaks(new, [old], loose)
    kept = drop_known(found)
    assert kept.places == [1]
    assert kept.dropped == {leakage.NEAR_KNOWN: 1, leakage.NEAR_REPEATED: 1}
    report = leak_report(found, [1, 2])
    assert report.within.candidates.near == report.within.samples.near == 1
    assert report.within.examples[0].other == "b/joined"
    assert report.parameters["threshold"] == likeness


def test_what_was_dropped_drops_nothing(tmp_path):
    """One that goes because an earlier release has it takes nobody of its own release along."""
    old = release(tmp_path / "old", [material("a/area", SUM)])
    new = [material("a/area", AREA), material("b/area", AREA.replace("metres", "m"))]
    found = find_leaks(new, [old], LeakOptions("drop"))
    assert drop_known(found).places == [1]
    assert leak_report(found, [1]).within.samples.near == 0


def test_the_same_text_under_several_digests_is_near():
    found = find_leaks([material("a", SUM), material("b", SUM), material("c", "# nothing")], [])
    assert drop_known(found).places == [0, 1, 2]
    report = leak_report(found, [0, 1, 2])
    assert report.within.samples.near == 1
    assert report.within.examples[0].similarity == 1.0
    assert report.earlier == []


def test_a_release_given_twice_counts_once(tmp_path):
    old = release(tmp_path / "old", [material("a/area", AREA)])
    assert len(find_leaks([], [old, old]).earlier) == 1


def test_an_earlier_release_of_another_family_is_refused(tmp_path):
    other = release(tmp_path / "old", [], family="patents")
    with pytest.raises(UsageError, match="another family"):
        find_leaks([], [other])


def test_the_report_is_the_same_however_often_it_is_made(tmp_path):
    old = release(tmp_path / "old", [material("a/area", AREA)])
    new = [material(f"b/{n}", AREA.replace("zero", f"zero {n}")) for n in range(20)]
    texts = {leak_report(find_leaks(new, [old]), range(20)).to_json() for _ in range(2)}
    assert len(texts) == 1
    assert len(json.loads(texts.pop())["within"]["examples"]) == 5

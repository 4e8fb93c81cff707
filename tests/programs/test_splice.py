"""Splicing: what models write in its many forms, and real functions put back into their files."""

from __future__ import annotations

import ast
import sysconfig
import textwrap
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.programs.functions import Function, decode_source, read_module, source_lines
from domainbench.programs.splice import (
    Span,
    SpliceError,
    splice,
    splice_file,
)
from domainbench.programs.triviality import DOCSTRING_LINE, ONE_LINE

FILE = '''\
"""Module."""
import os


class Shop:
    @property
    def total(self):
        """Sum of all prices.

        More.
        """

        # add them
        found = 0
        for price in self.prices:
            found += price
        return found

    def other(self): return 1


def last(a):
    return a
'''
METHOD = Span(7, 7, 13, 17, 8, "Shop.total")
LAST = Span(22, 22, 23, 23, 4, "last")


def expected(body: str) -> str:
    """FILE with other lines in place of the body of ``total``."""
    lines = FILE.splitlines(keepends=True)
    return "".join([*lines[:12], textwrap.indent(body, " " * 8), *lines[17:]])


def test_spans_are_those_that_reading_finds() -> None:
    spans = [each.span for each in read_module(FILE.encode(), "shop.py").functions]
    assert spans == [METHOD, Span(19, 19, 19, 19, 21, "Shop.other"), LAST]


def test_a_sample_row_tells_its_span() -> None:
    row = {
        "namespace": "shop.Shop.total",
        "signature_start": 7,
        "signature_end": 7,
        "body_start": 13,
        "body_end": 17,
        "indent": 8,
        "type": "method",
    }
    span = Span.of_sample(row)
    assert (span.name, span.body_end) == ("total", 17)
    assert splice(FILE, span, "return 1") == expected("return 1\n")


BODY = "if self:\n    return sum(self.prices)\nreturn 0\n"
WHOLE = 'def total(self):\n    """Its own."""\n' + textwrap.indent(BODY, "    ")


@pytest.mark.parametrize(
    ("completion", "body"),
    [
        pytest.param(textwrap.indent(BODY, " " * 8), BODY, id="as in the file"),
        pytest.param(textwrap.indent(BODY, " " * 8).strip(), BODY, id="from the middle of a line"),
        pytest.param(BODY, BODY, id="not indented"),
        pytest.param(textwrap.indent(BODY, " " * 4), BODY, id="indented by less"),
        pytest.param(textwrap.indent(BODY, " " * 12), BODY, id="indented by more"),
        pytest.param(textwrap.indent(BODY, " " * 4).strip(), BODY, id="middle, indented by less"),
        pytest.param("\n\n" + BODY + "\n  \n", BODY, id="blank lines around"),
        pytest.param(WHOLE, BODY, id="function"),
        pytest.param(textwrap.indent(WHOLE, "    "), BODY, id="method"),
        pytest.param(textwrap.indent(WHOLE, "    ").lstrip(), BODY, id="method from its def on"),
        pytest.param("class Shop:\n" + textwrap.indent(WHOLE, "    "), BODY, id="class"),
        pytest.param(f"Sure:\n```python\n{WHOLE}```\nDone.", BODY, id="Markdown, function"),
        pytest.param(f"```\n{BODY}\n```", BODY, id="Markdown, body"),
        pytest.param(f"~~~~py\n{BODY}~~~~", BODY, id="Markdown with tildes"),
        pytest.param(f"So:\n```python\n{WHOLE}", BODY, id="Markdown that is cut off"),
        pytest.param(f"```sh\npip install x\n```\n```py\n{WHOLE}```", BODY, id="two blocks"),
        pytest.param(f"This is it:\n\n{WHOLE}\nIt sums up.", BODY, id="prose around a function"),
        pytest.param(
            f"from math import fsum, \\\n    pi\n@property\n{WHOLE}",
            f"from math import fsum, \\\n    pi\n{BODY}",
            id="imports",
        ),
        pytest.param(
            f"from __future__ import annotations\nfrom x import *\n{WHOLE}", BODY, id="no imports"
        ),
        pytest.param("def total(self): return 1; pass", "return 1; pass\n", id="on one line"),
        pytest.param(
            'def total(self):\n    """Own."""; return (1 +\n      2)',
            "return (1 +\n      2)\n",
            id="behind a docstring",
        ),
        pytest.param(
            "@overload\ndef total(self): ...\ndef total(self):\n    return 2",
            "return 2\n",
            id="overloads",
        ),
        pytest.param(
            f"@given({'+'.join('1' * 900)})\ndef total(self):\n    return 2",
            "return 2\n",
            id="a decorator that nests deeply",
        ),
        pytest.param(
            textwrap.indent(BODY, " " * 8) + "\n    def more(self):\n        pass\n\nprint(1)\n",
            BODY,
            id="code behind it",
        ),
        pytest.param(
            textwrap.indent(BODY, " " * 8).strip() + "\n\n    def more(self):\n        retu",
            BODY,
            id="broken code behind it",
        ),
        pytest.param(
            "def total(self):\n    return 1\n\nprint(Shop().total())", "return 1\n", id="a call"
        ),
        pytest.param(
            "def total(self, a={':': ')'}, *, b: 'x' = 1):  # :\n    return a +\n\n@x\n",
            "return a +\n",
            id="function that does not parse",
        ),
        pytest.param("def total(self): return a +", "return a +\n", id="and is on one line"),
        pytest.param("if x\n    return 1", "if x\n    return 1\n", id="body that does not parse"),
        pytest.param(
            "def helper(x):\n    return x\nreturn helper(1)",
            "def helper(x):\n    return x\nreturn helper(1)\n",
            id="function within",
        ),
        pytest.param(
            "def total(x):\n    return x\nreturn total(1)",
            "def total(x):\n    return x\nreturn total(1)\n",
            id="function of its own name within",
        ),
        pytest.param("\tif self:\n\t\treturn 1", "if self:\n\treturn 1\n", id="tabs"),
    ],
)
def test_forms_of_completions(completion: str, body: str) -> None:
    assert splice(FILE, METHOD, completion) == expected(body)


def test_the_insides_of_strings_stay_when_a_body_is_indented() -> None:
    body = "text = \"\"\"\nfirst\n    second\"\"\"\nreturn f'''{self}\nthird'''\n"
    spliced = splice(FILE, METHOD, body)
    assert '        text = """\nfirst\n    second"""\n        return' in spliced
    assert "{self}\nthird'''\n" in spliced


def test_markdown_within_a_string_is_no_markdown() -> None:
    body = '        text = """\n```\nx = 1\n```\n"""\n        return text\n'
    assert body in splice(FILE, METHOD, body)


@pytest.mark.parametrize(
    "completion", ["", " \n\t\n", "```\n```", 'def total(self):\n    """X."""']
)
def test_nothing_to_splice_is_told(completion: str) -> None:
    with pytest.raises(SpliceError, match=r"Shop\.total: the completion holds no code"):
        splice(FILE, METHOD, completion)


@pytest.mark.parametrize(
    "span",
    [
        Span(7, 7, 13, 99, 8, "x"),
        Span(7, 7, 17, 13, 8, "x"),
        Span(19, 19, 19, 19, 21, "Shop.other"),
        Span(7, 7, 13, 17, 0, "x"),
    ],
)
def test_spans_that_are_none_are_told(span: Span) -> None:
    with pytest.raises(SpliceError, match="the file has no such body"):
        splice(FILE, span, "return 1")


def test_line_ends_and_the_missing_one_at_the_end_are_the_files() -> None:
    windows = FILE.replace("\n", "\r\n").removesuffix("\r\n")
    spliced = splice(windows, LAST, "b = a\nreturn b\n")
    assert spliced.endswith("def last(a):\r\n    b = a\r\n    return b")
    assert spliced.count("\n") == spliced.count("\r\n")
    assert splice(windows, LAST, "    return a") == windows


def test_tabs_are_the_files() -> None:
    source = "def f():\n\t# one\n\tif x:\n\t\treturn 1\n"
    (function,) = read_module(source.encode(), "f.py").functions
    assert splice(source, function.span, "    if y:\n        return 2") == (
        "def f():\n\tif y:\n\t    return 2\n"
    )


def test_bytes_of_a_file_keep_their_encoding() -> None:
    data = "# coding: latin-1\ndef f():\n    return 'ä'\n".encode("latin-1")
    (function,) = read_module(data, "f.py").functions
    assert splice_file(data, function.span, "return 'ö'") == data.replace(b"\xe4", b"\xf6")
    with pytest.raises(SpliceError, match="cannot be written in") as raised:
        splice_file(data, function.span, "return '\N{GREEK SMALL LETTER PI}'")
    assert r"\u03c0" in str(raised.value)
    marked = b"\xef\xbb\xbfdef f():\n    return 1\n"
    (function,) = read_module(marked, "f.py").functions
    assert splice_file(marked, function.span, "return '\ud7ff'").startswith(b"\xef\xbb\xbfdef")
    with pytest.raises(SpliceError, match="cannot be written"):
        splice_file(marked, function.span, "return '\ud800'")


@lru_cache(maxsize=1)
def real_functions() -> list[tuple[str, Function]]:
    """Some hundred functions of the standard library, with the text of their files."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    names = ("ast", "cmd", "csv", "functools", "gettext", "heapq", "hmac", "mailcap", "netrc")
    names += ("shelve", "statistics", "string", "textwrap", "types", "uuid", "zipapp", "contextlib")
    found: list[tuple[str, Function]] = []
    for name in names:
        path = folder / f"{name}.py"
        if path.is_file():
            data = path.read_bytes()
            found += [(decode_source(data), each) for each in read_module(data, name).functions]
    found = [each for each in found if each[1].trivial not in {ONE_LINE, DOCSTRING_LINE}]
    assert len(found) > 300
    return found


def own_body(text: str, function: Function) -> str:
    return "".join(source_lines(text)[function.body_start - 1 : function.body_end])


def test_every_real_function_takes_its_own_body_back_byte_for_byte() -> None:
    for text, function in real_functions():
        body = own_body(text, function)
        assert splice(text, function.span, body) == text, function.qualname
        assert splice(text, function.span, body.rstrip("\n")) == text, function.qualname
        assert splice(text, function.span, f"So:\n```python\n{body}```") == text, function.qualname


@lru_cache(maxsize=50)
def tree_of(text: str) -> str:
    return ast.dump(ast.parse(text))


@given(st.data())
def test_real_functions_in_other_forms(data: st.DataObject) -> None:
    """Whole, or with another indentation: the file means the same again."""
    text, function = data.draw(st.sampled_from(real_functions()))
    text = data.draw(st.sampled_from([text, text.replace("\n", "\r\n")]))
    body = own_body(text, function)
    forms = [function.source, f"```py\n{function.source}```"]
    if '"""' not in body and "'''" not in body:  # dedenting changes the insides of strings
        forms += [textwrap.dedent(body), textwrap.dedent(function.source), body.lstrip()]
        forms.append(textwrap.indent(body, "  ", lambda line: not line.startswith("#")))
    completion = data.draw(st.sampled_from(forms))
    if not function.statements:
        return
    assert ast.dump(ast.parse(splice(text, function.span, completion))) == tree_of(text)


@given(st.text(), st.sampled_from([METHOD, LAST]))
def test_any_text_leaves_the_rest_of_the_file_alone(completion: str, span: Span) -> None:
    lines = FILE.splitlines(keepends=True)
    before, after = "".join(lines[: span.body_start - 1]), "".join(lines[span.body_end :])
    try:
        spliced = splice(FILE, span, completion)
    except SpliceError:
        return
    assert spliced.startswith(before)
    assert spliced.endswith("\n" + after)
    assert len(spliced) > len(before) + len(after) + 1

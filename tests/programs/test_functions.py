"""Reading files: spans and names told by hand, real files against an independent walk."""

from __future__ import annotations

import ast
import sys
import sysconfig
import threading
import warnings
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.programs import triviality
from domainbench.programs.functions import (
    Function,
    ModuleSource,
    decode_source,
    read_module,
    source_lines,
    without_docstring,
)
from domainbench.programs.source_text import source_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator


def read(text: str, path: str = "module.py") -> ModuleSource:
    return read_module(text.encode(), path)


def one(text: str) -> Function:
    found = read(text)
    assert not found.tolerant, found.fault
    (function,) = found.functions
    return function


def lines_of(function: Function) -> tuple[int, ...]:
    return (
        function.start,
        function.signature_start,
        function.signature_end,
        function.body_start,
        function.body_end,
        function.indent,
    )


def test_everything_that_is_told_of_a_method() -> None:
    found = read(
        """\
import os.path, sys as system
from json import loads
from . import near
from .near import far

class Outer(Base,
            metaclass=Meta):  # : a comment
    '''Doc.'''
    class Inner:
        @cached(
            size=3)
        @property
        async def get(
            self, a: int = 1, *, b=lambda: 0,
        ) -> dict[str, int]:  # type: ignore: all
            '''  Get it.

              Now.
            '''
            # first

            import late
            if a:
                return {
                }

"""
    )
    assert found.imports == ("json", "late", "os", "sys")
    assert (found.lines, found.tolerant, found.fault, found.generated) == (26, False, None, False)
    (function,) = found.functions
    assert function.qualname == "Outer.Inner.get"
    assert (function.kind, function.class_name, function.name) == ("method", "Outer.Inner", "get")
    assert lines_of(function) == (10, 13, 15, 20, 25, 12)
    assert function.docstring == "Get it.\n\nNow."
    assert function.decorators == ("cached(\n    size=3)", "property")
    assert (function.statements, function.trivial) == (3, None)
    assert function.source.startswith("        async def get(\n")
    assert function.source.endswith("                }\n")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("def f(): return 1\n", (1, 1, 1, 1, 1, 9)),
        ("def f():\n    return 1", (1, 1, 1, 2, 2, 4)),
        ("def f(a=':', b={1: 2}):\n    return 1", (1, 1, 1, 2, 2, 4)),
        ("def f(  # a: b\n):  # c: d\n\n    # e\n    return 1", (1, 1, 2, 4, 5, 4)),
        ("def f(\n    *a,\n    **k  # :\n):\n    return 1", (1, 1, 4, 5, 5, 4)),
        ("def f(*, a: int, b: str = ':'): \n    return 1", (1, 1, 1, 2, 2, 4)),
        ("def f(a, /): \n    return 1", (1, 1, 1, 2, 2, 4)),
        ("def f(a=(1)\n      ): \n    return 1", (1, 1, 2, 3, 3, 4)),
        ("def f() -> (\n  'a: b'\n):\n    return 1", (1, 1, 3, 4, 4, 4)),
        ("def \\\n  f \\\n  ():\n    return 1", (1, 1, 3, 4, 4, 4)),
        ("def f(): \\\n    return 1", (1, 1, 1, 2, 2, 4)),
        ("def f(a):\n    # type: (int) -> str\n    return 1", (1, 1, 1, 2, 3, 4)),
        ("def f():\n\t'''D'''\n\treturn 1", (1, 1, 1, 3, 3, 1)),
        ("def f():\n    '''D'''\n", (1, 1, 1, 2, 2, 4)),
        ("def f():\n    '''D\n    '''  # c\n\n    # d\n    return 1", (1, 1, 1, 5, 6, 4)),
        ("def f():\n    '''D'''; return 1", (1, 1, 1, 2, 2, 13)),
        ("def f(): '''D'''", (1, 1, 1, 1, 1, 9)),
        ("\x0cdef f():\n\x0c    return '\x0c'\n", (1, 1, 1, 2, 2, 5)),
        ("ä = 'ä'; x = 1\ndef ä(ö='ä'):\n    return 'ä', ö", (2, 2, 2, 3, 3, 4)),
        ("def f():\r\n    '''D'''\r\n    return 1\r\n", (1, 1, 1, 3, 3, 4)),
        ("def f():\r    x = '''\r\n\r'''\r    return 1\r", (1, 1, 1, 2, 5, 4)),
        (
            "def f():\n    x = '\u2028\x85'\n    return x\x1c\n".replace("\x1c", ""),
            (1, 1, 1, 2, 3, 4),
        ),
        ("def f():\n    match x:\n        case [1]:\n            return 1", (1, 1, 1, 2, 4, 4)),
        ("@a\n@b.c(1)\n\ndef f():\n    return g(1)", (1, 4, 4, 5, 5, 4)),
    ],
)
def test_lines(text: str, lines: tuple[int, ...]) -> None:
    assert lines_of(one(text)) == lines


def test_functions_below_other_statements_count_and_those_in_functions_do_not() -> None:
    found = read(
        """\
if TYPE_CHECKING:
    def a(): return 1
elif x:
    def b(): return 1
else:
    class C:
        if y:
            def d(self): return 1
        with z:
            class E:
                def f(self): return 1
try:
    def g():
        def inner(): return 1
        class Inner:
            def h(self): return 1
        return inner
except ImportError:
    def i(): return 1
else:
    def j(): return 1
finally:
    def k(): return 1
for _ in x:
    def m(): return 1
while x:
    async def n(): return 1
match x:
    case 1:
        def o(): return 1
"""
    )
    names = [function.qualname for function in found.functions]
    assert names == ["a", "b", "C.d", "C.E.f", "g", "i", "j", "k", "m", "n", "o"]
    assert [each.qualname for each in found.definitions] == ["C", "C.E"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("pass", triviality.EMPTY),
        ("...", triviality.EMPTY),
        ("'''D'''", triviality.EMPTY),
        ("'''D'''\n1\npass", triviality.EMPTY),
        ("raise NotImplementedError", triviality.NOT_IMPLEMENTED),
        ("'''D'''\nraise NotImplementedError('x')", triviality.NOT_IMPLEMENTED),
        ("raise a.NotImplementedError", triviality.NOT_IMPLEMENTED),
        ("raise ValueError('x')", triviality.RAISES),
        ("return", triviality.RETURNS),
        ("return None", triviality.RETURNS),
        ("return -1", triviality.RETURNS),
        ("return self.a.b", triviality.RETURNS),
        ("return super().f(1)", triviality.SUPER),
        ("return await super(A, self).f(1)", triviality.SUPER),
        ("super().__init__()\nself.a = a\nself.b: int = 1", triviality.ASSIGNS),
        ("self._a = a", triviality.ASSIGNS),
        ("self.a = a\nself.b = f(a)", None),
        ("self.a = a\nreturn a", None),
        ("return a.b()", None),
        ("return a + 1", None),
        ("return [a]", None),
        ("a = 1", None),
        ("f()", None),
        ("global a\nreturn a", None),
        ("pass\nf()", None),
    ],
)
def test_trivial_bodies(body: str, reason: str | None) -> None:
    text = "\n    ".join(["async def f(self):", *body.split("\n")])
    assert one(text).trivial == reason


def test_functions_whose_names_do_not_tell_them_apart() -> None:
    found = read(
        """\
class C:
    @property
    def a(self):
        return f()
    @a.setter
    def a(self, value):
        f(value)
    @typing.overload
    def b(self, x: int) -> int: ...
    @overload
    def b(self, x: str) -> str: ...
    def b(self, x):
        return f(x)
    if x:
        def c(self):
            return f()
    else:
        def c(self):
            return g()
def setter():
    return f()
"""
    )
    assert [(each.qualname, each.trivial) for each in found.functions] == [
        ("C.a", None),
        ("C.a", triviality.ACCESSOR),
        ("C.b", triviality.OVERLOAD),
        ("C.b", triviality.OVERLOAD),
        ("C.b", None),
        ("C.c", triviality.REPEATED),
        ("C.c", triviality.REPEATED),
        ("setter", None),
    ]


def test_classes_are_outlined() -> None:
    found = read(
        """\
@dataclass(
    frozen=True)
class A[0:1] if False else B: pass
""".replace("[0:1] if False else B: pass", "(B, key='a: b'):  # why")
        + """\
    '''Doc.'''

    x: int = 1  # one
    y = [
        1,
    ]
    "a lone string"
    self.z = 1
    class Inner(C): pass
    if x:
        w, (v, *u) = x
        @staticmethod
        def f(a,
              b=':') -> int:
            '''D'''
            return 1
    async def g(self): return 1

class Empty:
    '''Doc.'''
"""
    )
    outlines = {each.qualname: each for each in found.definitions}
    assert outlines["A"].outline == (
        "@dataclass(\n"
        "    frozen=True)\n"
        "class A(B, key='a: b'):\n"
        "    x: int = 1\n"
        "    y = [\n"
        "        1,\n"
        "    ]\n"
        "    class Inner(C): ...\n"
        "    w, (v, *u) = x\n"
        "    @staticmethod\n"
        "    def f(a,\n"
        "          b=':') -> int: ...\n"
        "    async def g(self): ..."
    )
    assert (outlines["A"].kind, outlines["A"].start, outlines["A"].end) == ("class", 1, 20)
    assert outlines["A.Inner"].outline == "class Inner(C):\n    ..."
    assert outlines["Empty"].outline == "class Empty:\n    ..."


def test_variables_are_those_that_statements_of_the_module_name() -> None:
    found = read(
        "a = b = 1; c: int\n"
        "if x:\n    (d, [e, *f]) = g.h, i[0] = (\n        1)\n"
        "__version__ = '1'\n__all__ = ['a']\nj += 1\ndef k():\n    m = 1\n    return m\n"
        f"n = {'1' * 3000!r}\n"
    )
    told = [(each.qualname, each.start, each.end, each.outline) for each in found.definitions]
    text = "(d, [e, *f]) = g.h, i[0] = (\n    1)"
    assert told == [
        ("a", 1, 1, "a = b = 1"),
        ("b", 1, 1, "a = b = 1"),
        ("c", 1, 1, "c: int"),
        ("d", 3, 4, text),
        ("e", 3, 4, text),
        ("f", 3, 4, text),
        ("__version__", 5, 5, "__version__ = '1'"),
        ("n", 11, 11, f"n = '{'1' * 1995}…"),
    ]


@pytest.mark.parametrize(
    ("path", "text", "generated"),
    [
        ("a_pb2.py", "", True),
        ("a.py", "# Generated by Django 5.0 on 2024-01-01\n", True),
        ("a.py", "#!/usr/bin/python\n# -*- coding: utf-8 -*-\n\n# DO NOT EDIT\n", True),
        ("a.py", "x = 1\n# @generated\n", True),
        ("a.py", "'''Codec generated from 'X.TXT' with gencodec.py.'''\n", True),
        ("a.py", "'''This file was generated.'''\n", True),
        ("a.py", "'''Reads code generated by others.'''\n", False),
        ("a.py", "x = '# do not edit'\n", False),
        ("a.py", "\n" * 60 + "# do not edit\n", False),
    ],
)
def test_generated_files(path: str, text: str, *, generated: bool) -> None:
    assert read(text, path).generated is generated


# What a digest is of.


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("def f(a):\n    return a  # c", "@x\ndef g(a):\n    '''D'''\n\n    return (a)", True),
        ("def f(a):\n    return f(a - 1)", "def g(a):\n    return g(a - 1)", True),
        ("def f(a):\n    return a.f(f=1)", "def g(a):\n    return a.g(g=1)", False),
        ("def f(a):\n    return a.f(f=1)", "def g(a):\n    return a.f(f=1)", True),
        ("def f(a):\n    return 'x' 'y'", 'def f(a):\n    return u"xy"', True),
        ("def f(a):\n    return [1]", "def f(a):\n    return [1,]", True),
        ("def f(a):\n    return a", "def f(b):\n    return b", False),
        ("def f(a):\n    return a", "async def f(a):\n    return a", False),
        ("def f(a):\n    return a", "def f(a) -> int:\n    return a", False),
        ("def f(a):\n    return 1", "def f(a):\n    return True", False),
        ("def f(a):\n    return 1", "def f(a):\n    return 1.0", False),
        ("def f(a):\n    return 1e999", "def f(a):\n    return inf", False),
        ("def f(a):\n    return '1'", "def f(a):\n    return b'1'", False),
        (
            "def f(a):\n    if a:\n        b\n    c",
            "def f(a):\n    if a:\n        b\n        c",
            False,
        ),
        ("def f(a, *, b):\n    c", "def f(a, b):\n    c", False),
        ("def f(a, /, b):\n    c", "def f(a, b):\n    c", False),
        ("def f():\n    g(a, *b)", "def f():\n    g(*a, b)", False),
        ("def f():\n    '''D'''", "def f():\n    '''E'''", True),
        (
            "def f(a):\n    match a:\n        case True:\n            b",
            "def f(a):\n    match a:\n        case None:\n            b",
            False,
        ),
        ("def f():\n    import f", "def g():\n    import g", False),
        ("class A:\n    def f(a):\n        b", "def f(a):\n    b", True),
    ],
)
def test_digests(first: str, second: str, *, same: bool) -> None:
    assert (one(first).digest == one(second).digest) is same


def test_the_digest_of_huge_things() -> None:
    numbers = f"def f():\n    return 0x{'f' * 9000}"
    assert one(numbers).digest != one(numbers + "f").digest
    items = "def f():\n    return [" + "1," * 5000 + "]"
    assert one(items).digest != one(items.replace("[1,", "[")).digest
    deep = "def f():\n    return " + "-".join("a" * 400)
    assert one(deep).digest != one(deep + "-a").digest


def test_digests_do_not_hang_on_the_python_that_reads() -> None:
    text = "def f(a, *b: int, c=1, **d) -> str:\n    return g(f'{a!r:>{b}}', x.y, k=[1, None])\n"
    expected = "1020e3e4c7f0b96fe2ab88274f99d8b95b5dffc247bd4bce5a3fb1084a467739"
    assert one(text).digest == expected


# Real files against an independent reading.


def standard_library() -> list[Path]:
    folder = Path(sysconfig.get_paths()["stdlib"])
    paths = [path for path in folder.glob("*.py") if path.stat().st_size < 80_000]
    return sorted(paths)[::3]


def reference(tree: ast.AST, qualname: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Functions outside of functions, found by looking at every node of a tree."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{qualname}{child.name}", child
        else:
            inner = f"{qualname}{child.name}." if isinstance(child, ast.ClassDef) else qualname
            yield from reference(child, inner)


def test_real_files_are_read_as_an_independent_walk_reads_them() -> None:
    count = 0
    for path in standard_library():
        data = path.read_bytes()
        found = read_module(data, path.name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
        expected = list(reference(tree))
        assert [each.qualname for each in found.functions] == [name for name, _ in expected]
        assert found.imports == tuple(sorted(packages(tree)))
        text = decode_source(data)
        assert found.lines == len(source_lines(text)) == len(data.splitlines())
        for function, (_, node) in zip(found.functions, expected, strict=True):
            check(function, node, text)
            count += 1
    assert count > 500


def packages(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).split(".")[0])
    return found


def check(function: Function, node: ast.AST, text: str) -> None:
    """Compare what is told of a function with its node, by ast's own helpers."""
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    assert function.docstring == ast.get_docstring(node)
    assert (function.signature_start, function.body_end) == (node.lineno, node.end_lineno)
    body = node.body[1:] if function.docstring is not None else node.body
    inner = [each for part in body for each in ast.walk(part) if isinstance(each, ast.stmt)]
    assert function.statements == len(inner)
    assert len(function.decorators) == len(node.decorator_list)
    for each, told in zip(node.decorator_list, function.decorators, strict=True):
        assert ast.dump(ast.parse(told, mode="eval").body) == ast.dump(each)
    if not any(spans_lines(each) for part in body for each in ast.walk(part)):
        stripped = ast.parse(without_docstring(text, function)).body[0]
        assert isinstance(stripped, ast.FunctionDef | ast.AsyncFunctionDef)
        wanted = body or ast.parse("...").body
        assert [ast.dump(part) for part in stripped.body] == [ast.dump(part) for part in wanted]
    if function.trivial not in {triviality.ONE_LINE, triviality.DOCSTRING_LINE} and body:
        assert function.signature_end < function.body_start <= body[0].lineno
        between = source_lines(text)[function.signature_end : function.body_start - 1]
        docstring = "".join(between).strip()
        assert bool(docstring) == (function.docstring is not None)


def spans_lines(node: ast.AST) -> bool:
    """Whether a node is a string of several lines, which changes with its indentation."""
    if not isinstance(node, ast.Constant | ast.JoinedStr):
        return False
    return node.lineno != node.end_lineno


def test_digests_of_real_functions_are_equal_where_their_trees_are() -> None:
    trees: dict[str, set[str]] = defaultdict(set)
    for path in standard_library()[::2]:
        for function in read_module(path.read_bytes(), path.name).functions:
            around = "if 1:\n" if function.source[0].isspace() else ""
            node = ast.parse(around + function.source).body[0]
            node = node.body[0] if isinstance(node, ast.If) else node
            assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            assert replace(function, known_digest=None).digest == function.digest
            again = one(ast.unparse(node) + "\n")
            assert again.digest == function.digest, function.qualname
            if function.docstring is not None:
                node.body = node.body[1:]
            if function.source.count(function.name) == 1:  # it does not speak of itself
                node.name = "_"
                trees[function.digest].add(ast.dump(node))
    assert all(len(dumps) == 1 for dumps in trees.values())
    assert len({dump for dumps in trees.values() for dump in dumps}) == len(trees) > 300


# Bad input is normal input.


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"def f():\n    return 1\nprint 'x'\n", "Missing parentheses"),
        (b"def f():\n    return 1\n\x00", "null bytes"),
        (b"# coding: latin-nonsense\ndef f():\n    return 1\n", "unknown encoding"),
        (b"# coding: hex\ndef f():\n    return 1\n", "encoding problem"),
        (b"def f():\n    return 1\nx = '\xff'\n", "utf-8"),
        (b"\n\n\ndef f():\n    return 1\nx = '\xff'\n", "utf-8"),
        (b"def f():\n    return 1\nx = " + b"(" * 500 + b")" * 500, "nested"),
        (b"def f():\n    return 1\nx = " + b"-" * 100_000 + b"1", ""),
        (b"def f():\n    return 1\nx = " + b"a." * 100_000 + b"a", "recursion"),
    ],
)
def test_files_that_do_not_parse_are_read_as_far_as_can_be(data: bytes, fault: str) -> None:
    found = read_module(data, "broken.py")
    assert found.tolerant
    assert fault in str(found.fault)
    (function,) = found.functions
    start = data[: data.index(b"def f")].count(b"\n") + 1
    assert lines_of(function) == (start, start, start, start + 1, start + 1, 4)
    assert (function.qualname, function.trivial) == ("f", triviality.UNPARSED)
    assert (function.digest, function.source, function.docstring) == ("", "", None)


def test_a_broken_file_has_spans_and_names() -> None:
    found = read(
        """\
import a.b, c as d
from .e import f
from g.h import i

class K(L):
    @property
    def m(self):  # why
        # because
        return 1

    class N:
        async def o(
            self,
        ) -> int:
            def p(): pass
            return 2
    print "x"
"""
    )
    assert found.tolerant
    assert found.imports == ("a", "c", "g")
    told = [(each.qualname, each.kind, lines_of(each)) for each in found.functions]
    assert told == [
        ("K.m", "method", (6, 7, 7, 9, 9, 8)),
        ("K.N.o", "method", (12, 12, 14, 15, 16, 12)),
    ]
    assert [each.qualname for each in found.definitions] == ["K", "K.N"]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python knows that syntax")
def test_syntax_of_newer_pythons_is_read_tolerantly() -> None:
    found = read("def f[T: int](a: T) -> T:\n    return a\n\ntype X = int\n")
    assert found.tolerant
    assert [each.qualname for each in found.functions] == ["f"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="this Python does not know that syntax")
def test_type_parameters() -> None:
    found = read("def f[T: (int, str)]():\n    return a()\n\ntype X = int\n")
    assert found.functions[0].signature_end == 1
    assert found.functions[0].digest != one("def f():\n    return a()\n").digest
    assert [each.qualname for each in found.definitions] == ["X"]


@given(st.binary(max_size=200))
def test_any_bytes_are_read(data: bytes) -> None:
    found = read_module(data, "x.py")
    assert found.lines >= 0


PIECES = st.sampled_from(
    [
        *("def f(a):", "class C:", "return 1", "'''D'''", "if x:", "else:", "@d", "# c", ""),
        *("x = 1", "def g(): pass", "'''", "(", ")", "\\", "\x0c", "try:", "ä = 'ö'"),
        "async def h(): ...",
    ]
)


@given(st.lists(st.tuples(st.sampled_from(["", "    ", "        ", "\t"]), PIECES), max_size=12))
def test_any_lines_are_read_and_told_consistently(pieces: list[tuple[str, str]]) -> None:
    text = "\n".join(indent + piece for indent, piece in pieces)
    found = read(text)
    for each in found.functions:
        assert each.start <= each.signature_start <= each.signature_end <= each.body_end
        assert each.signature_end <= each.body_start <= each.body_end <= found.lines
        if not found.tolerant:
            ast.parse(without_docstring(text, each))
            assert len(each.digest) == 64


def test_no_warning_of_what_is_read_gets_out_and_filters_stay() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        before = list(warnings.filters)
        threads = [
            threading.Thread(target=lambda: [read("x = '\\d'; 1 is 1\n") for _ in range(50)])
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert list(warnings.filters) == before
    assert not caught


# Texts of files.


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        (b"a\r\nb\rc\n", "utf-8", "a\r\nb\rc\n"),
        (b"\xef\xbb\xbfa = '\xc3\xa4'", "utf-8-sig", "a = 'ä'"),
        (b"# -*- coding: latin-1 -*-\n'\xe4'", "iso-8859-1", "# -*- coding: latin-1 -*-\n'ä'"),
        (b"#!x\n# vim: set fileencoding=cp1251 :\n\xe4", "cp1251", None),
        (b"\n\n# coding: latin-1\n", "utf-8", None),
        (b"x = '\xc3\xa4'  # coding: latin-1", "utf-8", None),
        (b"", "utf-8", ""),
    ],
)
def test_encodings(data: bytes, encoding: str, text: str | None) -> None:
    assert source_encoding(data) == encoding
    decoded = decode_source(data)
    assert text is None or decoded == text
    assert decoded.encode(source_encoding(data)) == data


@given(st.text(alphabet="a\n\r\x0c\x0b\x1c\x85\u2028", max_size=20))
def test_lines_are_counted_as_python_counts_them(text: str) -> None:
    lines = source_lines(text)
    assert "".join(lines) == text
    ends = text.replace("\r\n", "\n").replace("\r", "\n")
    assert len(lines) == ends.count("\n") + (not ends.endswith("\n") and bool(ends))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("    @d\n    def f():\n        '''D'''\n        return 1", "@d\ndef f():\n    return 1"),
        ("    def f():\n        '''D'''", "def f():\n    ..."),
        ("    def f(): '''D'''", "def f(): ..."),
        ("    def f(): 'D'; return 1", "def f(): return 1"),
        ("    def f():\n        'D'; a\n        b", "def f():\n    a\n    b"),
        ("    def f():\n        # c\n        a", "def f():\n    # c\n    a"),
        ("    def f():\n        x = '''\nA\n'''\n", "def f():\n    x = '''\nA\n'''"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_functions_without_their_docstrings(text: str, left: str, newline: str) -> None:
    text = f"class C:\n{text}\n".replace("\n", newline)
    assert without_docstring(text, one(text)) == left

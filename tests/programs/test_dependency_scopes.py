"""Scopes against Python's own tables of symbols; names of definitions; sets in order."""

from __future__ import annotations

import ast
import symtable
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parso.grammar import load_grammar

from domainbench.programs.dependency_definitions import definition_name, module_variables
from domainbench.programs.dependency_jedi import Budget, SourceTree, StepLimitError
from domainbench.programs.dependency_names import list_candidates
from domainbench.programs.dependency_order import InOrder
from domainbench.programs.dependency_scopes import find_function, function_scope, module_scope

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def tables(table: symtable.SymbolTable):
    for child in table.get_children():
        if isinstance(child, symtable.Function):
            yield (child.get_name(), child.get_lineno()), child
        yield from tables(child)


@pytest.mark.parametrize("name", ["typing", "dataclasses", "inspect", "tarfile", "ast", "argparse"])
def test_scopes_are_those_of_the_compiler(name):
    text = (LIBRARY / f"{name}.py").read_text(encoding="utf-8")
    table = symtable.symtable(text, name, "exec")
    known = dict(tables(table))
    tree = ast.parse(text)
    compared = 0
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            found = {item for item in function_scope(node).bound if not item.startswith("__")}
            symbols = known[node.name, node.lineno].get_symbols()
            # What is nonlocal is bound here for another scope.
            bound = {
                item.get_name()
                for item in symbols
                if (item.is_local() or item.is_parameter()) and "__" not in item.get_name()
            }
            free = {item.get_name() for item in symbols if item.is_free()}
            assert {item for item in found if "__" not in item} - free == bound
            compared += 1
    assert compared > 40
    module = {item.get_name() for item in table.get_symbols() if item.is_local()}
    assert set(module_scope(tree).bound) >= module


def test_bindings_of_every_form():
    text = """
import a.b, c as d
from .e import f as g
from h import *
from . import *
def one(p, /, q, *r, s=1, **t):
    global u
    u = w = 1
    (x, [y, *z]), obj.attribute, obj[0] = 1
    for aa in ab: pass
    with ac as (ad, ae): pass
    try: pass
    except E as af: pass
    if (ag := 1): [ai for ai in aj if (ak := ai)]
    import al.am
    from .an import ao
    match p:
        case {"k": ap, **aq} | [ap, *aq] if ar: pass
        case C(as_=at) as au: pass
        case _: pass
    def av(): aw = 1
    class ax: ay = 1
    lambda az: (ba := 1)
    bb: int
    bc += 1
    del bd
"""
    tree = ast.parse(text)
    module = module_scope(tree)
    assert module.bound == {
        "a": {"a"},
        "d": {"c"},
        "g": {""},
        "one": {None},
        "u": {None},
    }
    assert module.stars == {"h", ""}
    function = find_function(tree, "one")
    assert function is not None
    scope = function_scope(function)
    names = "p q r s t w x y z aa ad ae af ag ak al ao ap aq at au av ax bb bc bd"
    assert set(scope.bound) == set(names.split())
    assert scope.bound["al"] == {"al"}
    assert scope.bound["ao"] == {""}
    assert scope.declared_global == {"u"}


def test_functions_by_name_and_line():
    text = """
class A:
    @overload
    def f(self): ...
    @typing.overload
    def f(self, x): ...
    def f(self, x=None):
        def g(): pass
    class B:
        if x:
            def h(self): pass
        else:
            @decorated
            def h(self): pass
try:
    def f(): pass
except E:
    def f(): pass
else:
    async def g(): pass
with a:
    for b in c:
        while d:
            def i(): pass
match e:
    case 1:
        def j(): pass
@overload
def only(): ...
"""
    tree = ast.parse(text)

    def line(*wanted):
        found = find_function(tree, *wanted)
        return found and found.lineno

    assert line("A.f") == 7
    assert line("A.f", 5) == 6
    assert line("A.f", 99) == 7
    assert line("A.B.h") == 11
    assert line("A.B.h", 13) == 14
    assert line("f") == 16
    assert line("f", 18) == 18
    assert [line(name) for name in ("g", "i", "j", "only")] == [20, 24, 27, 29]
    assert line("A.f.g") is None
    assert line("B.h") is None


NAMED = """
import os
from a import b
v, (w, x.y) = 1
for i in [k for k in l]: pass
class C:
    attribute: int
    def method(self, p, q=1):
        self.r, local = 1
        self.s.t = 1
        other.u = 1
        def inner():
            self.deep = 1
            def innermost(self):
                self.deeper = 1
        def shadow(self):
            self.not_of_c = 1
    @classmethod
    def make(klass):
        klass.made = 1
    class D:
        def m(this):
            this.z = 1
def f():
    global g, h
    g = 1
    class Local:
        n = 1
        def m(self):
            self.o = 1
del v
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    {
        "os": None,
        "b": None,
        "v": "v",
        "w": "w",
        "y": None,
        "i": "i",
        "k": None,
        "C": "C",
        "attribute": "C.attribute",
        "method": "C.method",
        "p": None,
        "q": None,
        "r": "C.r",
        "local": None,
        "t": None,
        "u": None,
        "inner": None,
        "deep": "C.deep",
        "deeper": None,
        "not_of_c": None,
        "made": "C.made",
        "D": "C.D",
        "z": "C.D.z",
        "f": "f",
        "g": "g",
        "h": None,
        "Local": None,
        "n": None,
        "o": None,
    }.items(),
)
def test_names_of_definitions(name, expected):
    module = load_grammar().parse(NAMED)
    leaves = module.get_used_names()[name]
    defining = next((leaf for leaf in leaves if leaf.is_definition()), leaves[0])
    assert definition_name(defining) == expected
    variables = [leaf.start_pos for leaf in module_variables(module, name)]
    assert variables == ([defining.start_pos] if expected == name else [])


def test_deep_expressions_are_read():
    text = "def f(x):\n    return " + " + ".join(["x.a"] * 600) + "\n"
    tree = ast.parse(text)
    function = find_function(tree, "f")
    body = load_grammar().parse(text).children[0].children[-1]
    assert function is not None
    found = list_candidates(function, body, module_scope(tree), lambda top: True)
    assert [(item.name, item.line, item.column) for item in found] == [("a", 2, 13)]
    found = list_candidates(function, body, module_scope(tree), lambda top: True, prune=False)
    assert len(found) == 1200


@given(st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9)))
def test_ordered_sets_are_sets(left, right):
    ours, others = (InOrder(left), InOrder(right)), (frozenset(left), frozenset(right))
    assert set(ours[0]) == others[0]
    assert (ours[0] == ours[1]) == (others[0] == others[1])
    assert set(ours[0] | ours[1]) == others[0] | others[1]
    assert set(ours[0] & ours[1]) == others[0] & others[1]
    if ours[0] == ours[1]:
        assert hash(ours[0]) == hash(ours[1])
    assert list(ours[0]) == list(dict.fromkeys(left))
    assert list(ours[0] | right) == list(dict.fromkeys(left + right))
    grown = InOrder(left)
    grown |= right
    grown.add(10)
    assert list(grown) == [*dict.fromkeys(left + right), 10]


def test_a_budget_ends():
    budget = Budget(together=5, each=3)
    budget.begin()
    for _ in range(3):
        budget.take()
    with pytest.raises(StepLimitError):
        budget.take()
    budget.begin()
    budget.take()
    budget.take()
    with pytest.raises(StepLimitError):
        budget.take()


def test_modules_are_found_as_python_finds_them(tmp_path):
    paths = ["src/a/__init__.py", "src/b.py", "lib/a.py", "lib/c/d.py", "src/c/e.py", "lib/f/g.txt"]
    tree = SourceTree(tmp_path, ["src", "lib"], [path for path in paths if path.endswith(".py")])
    found = {name: tree.find(name, tree.roots) for name in ("a", "b", "c", "f", "src")}
    assert found == {
        "a": (f"{tmp_path}/src/a/__init__.py", True),
        "b": (f"{tmp_path}/src/b.py", False),
        "c": [f"{tmp_path}/src/c", f"{tmp_path}/lib/c"],
        "f": [],
        "src": [],
    }
    assert set(tree.module_names()) == {("a",), ("b",), ("c", "d"), ("c", "e")}
    assert tree.relative(tmp_path / "src/b.py") == "src/b.py"
    assert tree.relative(tmp_path / "src/none.py") is None

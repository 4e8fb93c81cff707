"""A small project with dependencies of every kind, and bodies whose dependencies are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "pkg/__init__.py": """
from .square import Square as Quadrangle, Square
from .tools import *
LIMIT = 3
""",
    "pkg/base.py": """
class Base:
    def __init__(self, name):
        self.name = name

    def describe(self):
        return self.name
""",
    "pkg/square.py": """
from dataclasses import dataclass
from enum import Enum

class Colour(Enum):
    RED = 1

@dataclass
class Square:
    side: int = 1

    def grow(self) -> "Square":
        return Square(self.side + 1)
""",
    "pkg/tools.py": """
from .square import Square
ITEMS = [1, 2]

def scale(value, factor=2):
    return value * factor

def make_square() -> Square:
    return Square(3)

if LIMIT > 2:
    def choose():
        return 1
else:
    def choose():
        return 2
""",
    "pkg/stars.py": "def widen(value):\n    return value\n",
    "pkg/empty/__init__.py": "",
    "pkg/first.py": "first = 1",
    "pkg/fast.py": "def area(value):\n    return value\n",
    "pkg/slow.py": "def area(value):\n    return value\n",
    "pkg/hostile.py": """
import pathlib
pathlib.Path(__file__).with_name("was_run").touch()
raise SystemExit

def danger():
    return 1
""",
}

SHAPES = """
import functools
import math
import typing
import pkg
import pkg.tools
import requests
from elsewhere.deep import thing as foreign
from . import empty, first, hostile, tools
from .base import Base
from .square import Colour, Square
from .stars import *
from .tools import choose, scale as resize

try:
    from .fast import area
except ImportError:
    from .slow import area

UNIT = 1.0
_cache = None

def sum(values):
    return values

def helper(value):
    return value

def mark(value):
    return lambda function: function

class Round(Base):
    def spin(self):
        return self

class Circle(Round):
    sides = 0

    class Inner:
        flag = True

    def __init__(self, radius):
        super().__init__("circle")
        self.radius = radius
        self.size = 1

    @property
    def diameter(self):
        return 2 * self.radius

    @diameter.setter
    def diameter(self, value):
        self.radius = helper(value)

    @classmethod
    def make(cls, radius):
        return cls(radius)

    def rebuild(self):
        self.__init__(UNIT)
        self.size = 2

"""

METHOD = """
    @mark(UNIT)
    def probe(self, other: Square, thing=UNIT, *, area=resize(2)) -> Base:
        "A docstring."
"""
CLASS_METHOD = """
    @classmethod
    def probe(cls, other=None):
"""
COROUTINE = """
    async def probe(self, other=None):
"""


class Case(NamedTuple):
    """A body and what it depends on, names below the package."""

    body: str
    intra_class: str = ""
    intra_file: str = ""
    cross_file: str = ""
    head: str = METHOD


CASES = {
    "attribute": Case("return self.radius", "Circle.radius"),
    "class variable": Case("return self.sides", "Circle.sides"),
    "inherited within the file": Case("return self.spin()", "", "Round.spin"),
    "inherited from another file": Case("return self.name", "", "", "base.Base.name"),
    "super": Case("return super().describe()", "", "", "base.Base.describe"),
    "property": Case("return self.diameter", "Circle.diameter"),
    "method": Case("return self.make(1)", "Circle.make"),
    "class method": Case("return cls.make(UNIT)", "Circle.make", "UNIT", "", CLASS_METHOD),
    "await": Case("return await self.make(1)", "Circle.make", "", "", COROUTINE),
    "own class": Case("return Circle(1)", "", "Circle"),
    "class in the class": Case("return self.Inner.flag", "Circle.Inner Circle.Inner.flag"),
    "function and variable": Case("return helper(UNIT)", "", "UNIT helper"),
    "star import": Case("return widen(1)", "", "", "stars.widen"),
    "alias": Case("return resize(2)", "", "", "tools.scale"),
    "keyword": Case("return resize(value=UNIT, factor=1)", "", "UNIT", "tools.scale"),
    "through a module": Case("return tools.scale(tools.ITEMS)", "", "", "tools.ITEMS tools.scale"),
    "through a package": Case("return pkg.tools.scale(1)", "", "", "tools.scale"),
    "exported": Case("return pkg.Quadrangle()", "", "", "square.Square"),
    "exported with a star": Case("return pkg.make_square", "", "", "tools.make_square"),
    "of the package itself": Case("return pkg.LIMIT", "", "", "LIMIT"),
    "module alone": Case("return tools, pkg, pkg.tools, first, empty, pkg.empty"),
    "at the start of a file": Case("return first.first", "", "", "first.first"),
    "local import": Case(
        "from .slow import area as a\n        from pkg.tools import ITEMS\n        return a(ITEMS)",
        "",
        "",
        "slow.area tools.ITEMS",
    ),
    "local import from outside": Case("from requests import get\n        return get(1).name"),
    "local import of a module": Case(
        "import pkg.tools as t\n        return t.scale(1)", "", "", "tools.scale"
    ),
    "first of two imports": Case(
        "return area(1)", "", "", "fast.area", "\n    def probe(self, other):\n"
    ),
    "first of two definitions": Case("return choose()", "", "", "tools.choose"),
    "outside": Case("return math.sqrt(requests.get('x').radius) + foreign.value().x + len([1])"),
    "builtin of another meaning": Case("return sum([]), max([])", "", "sum"),
    "annotated parameter": Case("return other.side", "", "", "square.Square.side"),
    "constructor": Case(
        "square = Square()\n        return square.grow().side",
        "",
        "",
        "square.Square square.Square.grow square.Square.side",
    ),
    "result": Case(
        "return tools.make_square().side", "", "", "square.Square.side tools.make_square"
    ),
    "annotated local": Case(
        "items: list[Square] = []\n        return items[0].side",
        "",
        "",
        "square.Square square.Square.side",
    ),
    "narrowed": Case(
        "if isinstance(thing, Square):\n            return thing.side\n        return thing.grow()",
        "",
        "",
        "square.Square square.Square.side",
        "\n    def probe(self, thing):\n",
    ),
    "enumeration": Case("return Colour.RED.value", "", "", "square.Colour square.Colour.RED"),
    "handed on": Case("return functools.partial(helper, 1)", "", "helper"),
    "annotation in quotes": Case("x: 'Square' = None\n        return x"),
    "global": Case("global _cache\n        _cache = 1", "", "_cache"),
    "recursion": Case("return self.probe(other)"),
    "decorators, defaults, annotations": Case("pass"),
    "its own attribute": Case("self.fresh = 1\n        return self.fresh"),
    "assigned elsewhere": Case("self.size = 3", "Circle.size"),
    "local of the same name": Case("helper = 1\n        return helper"),
    "parameter of the same name": Case("return area(1)"),
    "nested function": Case(
        "def inner(UNIT=1):\n            return helper(self.radius) + UNIT\n        return inner()",
        "Circle.radius",
        "helper",
    ),
    "nested class": Case(
        "class Local(Base):\n            x = UNIT\n        return Local(1).x",
        "",
        "UNIT",
        "base.Base",
    ),
    "lambda": Case("return lambda UNIT: helper(UNIT)", "", "helper"),
    "comprehension": Case(
        "return [helper(UNIT) for UNIT in tools.ITEMS]", "", "helper", "tools.ITEMS"
    ),
    "string": Case("return 'x'.join('helper')"),
    "f-string": Case(
        "return (f'{UNIT}' 'a'\n            f'''\n{self.radius!r:>{helper(2)}}''')",
        "Circle.radius",
        "UNIT helper",
    ),
    "match": Case(
        """match self.radius:
            case Square(side=0) if helper(1):
                return UNIT
            case [helper_, *sum] | {"k": helper_, **sum}:
                return sum
            case _:
                self.spin()
        return other.side""",
        "Circle.radius",
        "Round.spin UNIT helper",
        "square.Square square.Square.side",
    ),
    "with in brackets": Case(
        "with (helper(1) as a, helper(2) as UNIT):\n            self.spin()\n        return UNIT",
        "",
        "Round.spin helper",
    ),
    "exception groups": Case(
        "try:\n            helper(1)\n        except* ValueError as e:\n            self.spin()",
        "",
        "Round.spin helper",
    ),
    "never run": Case("return hostile.danger()", "", "", "hostile.danger"),
    "unknown names": Case("return nothing, nothing.more, self.nothing.more, self[0].radius"),
}


def write(root: Path) -> None:
    """Write the project below a folder."""
    for path, text in {**FILES, "pkg/shapes.py": SHAPES}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def source(case: Case) -> str:
    """The module with a method of that body."""
    return f"{SHAPES}{case.head}        {case.body}\n"


def expected(case: Case) -> dict[str, set[str]]:
    """Kind → dotted names."""
    return {
        "intra_class": {f"pkg.shapes.{name}" for name in case.intra_class.split()},
        "intra_file": {f"pkg.shapes.{name}" for name in case.intra_file.split()},
        "cross_file": {f"pkg.{name}" for name in case.cross_file.split()},
    }

"""Functions and other definitions of a Python file, with their places."""

from __future__ import annotations

import ast
import inspect
import io
import re
import textwrap
import tokenize
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .normal_form import STATEMENT, digest, normal_form

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

FUNCTION, METHOD, CLASS, VARIABLE = "function", "method", "class", "variable"

EMPTY = "empty body"
STUB = "overload or abstract stub"
NOT_IMPLEMENTED = "only raises NotImplementedError"
CONSTANT = "only returns a constant, a name or an attribute"
ONE_LINE = "on one line"

_LONGEST_OUTLINE = 2_000
_HEAD = 2_000
_GENERATED = re.compile(
    rb"""(?imx)
    ^[\s\#"']*
    (?: (?:this|the)\ (?:file|module|code)\ (?:is|was|has\ been)\  | python\ character\ mapping\ codec.* )?
    (?: auto-?(?:matically\ )?)? generated\ (?: by | from | with | automatically )\b
    | \bdo\ not\ (?:edit|modify)\b
    """
)
_GENERATED_NAME = re.compile(r"(_pb2(_grpc)?|_version)\.py$")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method; those inside of other functions are not listed.

    Lines count from 1, and ranges hold their last line.
    """

    qualname: str
    kind: str
    """function or method."""
    class_name: str | None
    """Dotted name of the class around it."""
    start: int
    """First line, decorators included."""
    signature_start: int
    signature_end: int
    body_start: int
    """First line behind the docstring."""
    body_end: int
    indent: int
    """Columns that the body is indented by."""
    docstring: str | None
    decorators: tuple[str, ...]
    statements: int
    """Statements of the body, those inside of others too; the docstring is none."""
    digest: str
    """SHA-256 of the normal form."""
    trivial: str | None
    """Why it is no material; None if it may be."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A class, or a variable of the module."""

    qualname: str
    kind: str
    """class or variable."""
    start: int
    end: int
    outline: str
    """Of a class its header, its assignments and the signatures of its methods; of a variable its
    statement."""


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """What a file defines."""

    functions: tuple[Function, ...]
    definitions: tuple[Definition, ...]
    imports: tuple[str, ...]
    """Top-level packages that it imports anywhere, sorted."""
    generated: bool
    """Whether it says that a program wrote it."""
    lines: int
    tolerant: bool
    """Whether this Python cannot parse it: tree-sitter gives the names and places of functions."""


def decode_source(data: bytes) -> str:
    """The text of a file, as its first lines declare its encoding (PEP 263).

    Raises:
        SyntaxError: the declaration is wrong, or the bytes are not in the encoding.
    """
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise SyntaxError(str(error)) from None


def encode_source(text: str, original: bytes) -> bytes:
    """A changed text as bytes, in the encoding that the original declares."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(original).readline)
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode(encoding, "backslashreplace")


def source_lines(text: str) -> list[str]:
    """The lines as Python counts them, with their ends; a form feed ends none."""
    return _LINE.findall(text)


def read_module(data: bytes, path: str) -> ModuleSource:
    """What a file defines, whatever state it is in.

    Args:
        data: its bytes.
        path: its path; a few names tell generated files.
    """
    generated = bool(_GENERATED_NAME.search(path) or _GENERATED.search(data[:_HEAD]))
    try:
        text = decode_source(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        reader = _Reader(text)
        reader.read(tree.body, "", None)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        from .functions_tolerant import read_tolerant

        return read_tolerant(data, generated=generated)
    return ModuleSource(
        tuple(reader.functions),
        tuple(reader.definitions),
        tuple(sorted(_imports(tree))),
        generated,
        len(reader.lines),
        tolerant=False,
    )


def without_docstring(text: str, function: Function) -> str:
    """A function's code, decorators first, without its docstring and dedented."""
    lines = source_lines(text)
    head = lines[function.start - 1 : function.signature_end]
    body = lines[function.body_start - 1 : function.body_end]
    if function.body_start <= function.signature_end:
        body = []
    return textwrap.dedent("".join([*head, *body])).rstrip() + "\n"


def signature_text(text: str, function: Function) -> str:
    """A function's signature on one line, without decorators."""
    lines = source_lines(text)[function.signature_start - 1 : function.signature_end]
    code = [line.split("#")[0] if '"' not in line and "'" not in line else line for line in lines]
    return " ".join(" ".join(code).split())


class _Reader:
    """Collects the definitions of a module, those in its conditions and tries too."""

    def __init__(self, text: str) -> None:
        self.lines = source_lines(text)
        self.functions: list[Function] = []
        self.definitions: list[Definition] = []

    def read(self, body: Sequence[ast.stmt], prefix: str, class_name: str | None) -> None:
        """Collect from statements of a module or of a class, blocks inside of them included."""
        pending = list(reversed(body))
        while pending:
            node = pending.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self.functions.append(self._function(node, prefix, class_name))
            elif isinstance(node, ast.ClassDef):
                name = prefix + node.name
                self.definitions.append(
                    Definition(name, CLASS, _start(node), node.end_lineno or 0, self._outline(node))
                )
                self.read(node.body, f"{name}.", name)
            elif class_name is None and isinstance(node, ast.Assign | ast.AnnAssign):
                self._variables(node)
            else:
                pending += reversed(list(_blocks(node)))

    def _variables(self, node: ast.Assign | ast.AnnAssign) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        end = node.end_lineno or node.lineno
        text = "".join(self.lines[node.lineno - 1 : end])[:_LONGEST_OUTLINE]
        for target in targets:
            names = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
            for name in names:
                if isinstance(name, ast.Name) and not _is_special(name.id):
                    self.definitions.append(Definition(name.id, VARIABLE, node.lineno, end, text))

    def _outline(self, node: ast.ClassDef) -> str:
        """Header, assignments and signatures."""
        parts = self.lines[_start(node) - 1 : _header_end(self.lines, node)]
        for item in node.body:
            if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
                parts += self.lines[_start(item) - 1 : _header_end(self.lines, item) - 1]
                parts.append(self.lines[_header_end(self.lines, item) - 1].rstrip() + " ...\n")
            elif isinstance(item, ast.Assign | ast.AnnAssign):
                parts += self.lines[item.lineno - 1 : item.end_lineno]
            elif isinstance(item, ast.ClassDef):
                parts += self.lines[_start(item) - 1 : _header_end(self.lines, item)]
        return textwrap.dedent("".join(parts))[:_LONGEST_OUTLINE]

    def _function(self, node: FunctionNode, prefix: str, class_name: str | None) -> Function:
        docstring = ast.get_docstring(node, clean=False)
        body = node.body if docstring is None else node.body[1:]
        form = normal_form(node, body)
        end = node.end_lineno or node.lineno
        first = body[0] if body else node.body[0]
        signature_end = _header_end(self.lines, node)
        # The lines between docstring and body, comments among them, are the body's.
        start = (node.body[0].end_lineno or 0) + 1 if docstring is not None else signature_end + 1
        statements = form.count(STATEMENT) - 1
        trivial = _trivial(node, body)
        one_line = node.body[0].lineno <= signature_end or (body and start > _start(first))
        if one_line:
            start, trivial = _start(first), trivial or ONE_LINE
        return Function(
            qualname=prefix + node.name,
            kind=FUNCTION if class_name is None else METHOD,
            class_name=class_name,
            start=_start(node),
            signature_start=node.lineno,
            signature_end=signature_end,
            body_start=min(start, end),
            body_end=end,
            indent=_indent(self.lines, first),
            docstring=None if docstring is None else inspect.cleandoc(docstring),
            decorators=tuple(ast.unparse(item) for item in node.decorator_list),
            statements=statements,
            digest=digest(form),
            trivial=trivial,
        )


def _start(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", None)
    return decorators[0].lineno if decorators else node.lineno


def _header_end(lines: Sequence[str], node: FunctionNode | ast.ClassDef) -> int:
    """Last line of the header: that of the first colon behind all of its parts.

    Only brackets, commas and comments can stand between the last part and the colon.
    """
    inner: list[ast.AST | None] = [*(getattr(node, "type_params", None) or [])]
    if isinstance(node, ast.ClassDef):
        inner += [*node.bases, *node.keywords]
    else:
        arguments = node.args
        inner += [
            *arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg,
            arguments.kwarg, *arguments.defaults, *arguments.kw_defaults, node.returns,
        ]  # fmt: skip
    ends = [
        (getattr(item, "end_lineno", 0), getattr(item, "end_col_offset", 0))
        for item in inner
        if item is not None
    ]
    line, column = max([(node.lineno, node.col_offset), *ends])
    while line <= len(lines):
        rest = lines[line - 1].encode("utf-8", "surrogatepass")[column:].partition(b"#")[0]
        if b":" in rest:
            return line
        line, column = line + 1, 0
    return node.lineno


def _indent(lines: Sequence[str], node: ast.stmt) -> int:
    line = lines[_start(node) - 1]
    return len(line) - len(line.lstrip(" \t"))


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _blocks(node: ast.stmt) -> Iterator[ast.stmt]:
    """Statements of the blocks of a condition, a try or a with."""
    if isinstance(node, ast.If | ast.Try | ast.With | ast.TryStar):
        yield from node.body
        yield from getattr(node, "orelse", [])
        for handler in getattr(node, "handlers", []):
            yield from handler.body
        yield from getattr(node, "finalbody", [])


def _imports(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def _trivial(node: FunctionNode, body: Sequence[ast.stmt]) -> str | None:
    if any(_last_name(item) in {"overload", "abstractmethod"} for item in node.decorator_list):
        return STUB
    real = [item for item in body if not _is_nothing(item)]
    if not real:
        return EMPTY
    if len(real) > 1:
        return None
    only = real[0]
    if isinstance(only, ast.Raise) and _last_name(only.exc) == "NotImplementedError":
        return NOT_IMPLEMENTED
    if isinstance(only, ast.Return) and _is_plain(only.value):
        return CONSTANT
    return None


def _is_nothing(node: ast.stmt) -> bool:
    literal = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Pass) or literal


def _last_name(node: ast.expr | None) -> str | None:
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def _is_plain(node: ast.expr | None) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node is None or isinstance(node, ast.Constant | ast.Name)

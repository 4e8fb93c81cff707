from __future__ import annotations

import ast
import inspect
import json
import sysconfig
import textwrap
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domainbench.benchmarks.code.excerpts import cut_out, docstring_block
from domainbench.benchmarks.code.prompt_export import PromptOptions, make_prompts, write_prompts
from domainbench.benchmarks.code.prompts import (
    CHAT,
    COMPLETION,
    FORMATS,
    LOCAL_COMPLETION,
    LOCAL_INFILLING,
    NO_CONTEXT,
    RETRIEVED,
    SETTINGS,
    Definition,
    Form,
    Prompt,
    make_prompt,
)
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.release import Release
from tests.benchmarks.code.written import (
    ARGUMENTS,
    FUNCTIONALITY,
    docstring,
    functions,
    lines_of,
    sample,
    write_code,
)
from tests.benchmarks.qa.releases import question, write_questions
from tests.retrieval.language_models.tiny_model import make_tiny_model

PATH = "src/pkg/camera.py"
MODULE = '''"""Cameras."""

import math

LIMITS = {"a": 1}


class Camera(Base):
    """A camera."""

    @property
    @cached(lambda: {"k": 1})
    def width(
        self,  # what : it is
        scale: int = 1,
    ) -> dict[str, int]:  # one
        """Original words.

        More of them.
        """
        # hidden remark
        value = {"hidden": scale}
        return value

    class Inner:
        async def load(self) -> None:
            """Original words."""
            await hidden()
            return None


if LIMITS:

    def late(x: int = {1: 2}[1]) -> int:
        """Original words."""
        hidden = x
        return hidden


def short(x): return x + hidden


def last(x):
\thidden = x
\treturn hidden
'''
NAMES = [name for name, _ in functions(ast.parse(MODULE))]
ABOVE = "".join(lines_of(MODULE)[:10])
BELOW = MODULE[MODULE.index("    class Inner") - 1 :]
WIDTH = '''    @property
    @cached(lambda: {"k": 1})
    def width(
        self,  # what : it is
        scale: int = 1,
    ) -> dict[str, int]:  # one
        """The one requirement.

        :param x: int, what is given
        :return: int, what is made of it
        """
'''


def prompt(name: str, setting: str, form: str = COMPLETION, **more: Any) -> Prompt:
    row = sample(PATH, MODULE, name)
    definitions = more.pop("definitions", ())
    given = {"definitions": definitions} | {k: more.pop(k) for k in ("count",) if k in more}
    return make_prompt(cut_out(row, MODULE.encode()), Form(setting, form, **more), **given)


def test_raw_prompts_end_behind_the_docstring() -> None:
    assert prompt("Camera.width", NO_CONTEXT).text == "class Camera:\n" + WIDTH
    assert prompt("Camera.width", LOCAL_COMPLETION).text == ABOVE + WIDTH
    found = prompt("Camera.width", LOCAL_INFILLING)
    assert (found.text, found.prefix, found.suffix) == (None, ABOVE + WIDTH, BELOW)
    assert found.stop == ("\n    def ", "\n    @", "\ndef ", "\nclass ")
    assert prompt("last", LOCAL_COMPLETION).stop[0] == "\ndef "


def test_a_template_joins_what_is_around_the_gap() -> None:
    found = prompt("Camera.width", LOCAL_INFILLING, fim="<P>{prefix}<S>{suffix}<M>")
    assert found.text == f"<P>{ABOVE}{WIDTH}<S>{BELOW}<M>"
    other = prompt("Camera.width", LOCAL_INFILLING, fim="<S>{suffix}<P>{prefix}")
    assert other.text == f"<S>{BELOW}<P>{ABOVE}{WIDTH}"


def test_a_message_asks_for_the_function() -> None:
    assert prompt("Camera.width", LOCAL_INFILLING, CHAT).text == (
        "Complete the Python function `Camera.width` of `src/pkg/camera.py` so that it does what "
        "its docstring says.\n\n"
        f"Above it, the file reads:\n\n```python\n{ABOVE}```\n\n"
        f"This is the function; its body is missing:\n\n```python\n{WIDTH}```\n\n"
        f"Below it, the file goes on:\n\n```python\n{BELOW}```\n\n"
        "Answer with the whole function in one fenced block of Python, and with nothing else.\n"
    )
    short = prompt("Camera.width", NO_CONTEXT, CHAT).text or ""
    assert short.count("```") == 2
    assert f"```python\nclass Camera:\n{WIDTH}```" in short
    assert "Base" not in short


def test_functions_taken_out_of_their_place() -> None:
    def alone(name: str) -> str:
        return (prompt(name, NO_CONTEXT).text or "").replace(
            ARGUMENTS.replace("\n", "\n            "), "…"
        )

    assert alone("Camera.Inner.load").startswith(
        "class Camera:\n    class Inner:\n        async def load(self) -> None:\n"
        '            """The one requirement.\n'
    )
    late = prompt("late", NO_CONTEXT).text or ""
    assert late.startswith('def late(x: int = {1: 2}[1]) -> int:\n    """The one req')
    local = prompt("late", LOCAL_COMPLETION).text or ""
    assert local.endswith('    :return: int, what is made of it\n        """\n')
    assert "\n    def late" in local
    assert (prompt("last", NO_CONTEXT).text or "").startswith('def last(x):\n\t"""The one')


@pytest.mark.parametrize(
    ("path", "namespace", "name"),
    [
        ("src/pkg/camera.py", "pkg.camera.Camera.width", "Camera.width"),
        ("pkg/camera/__init__.py", "pkg.camera.Camera.width", "Camera.width"),
        ("lib/pkg/camera.py", "camera.Camera.width", "Camera.width"),
        ("__init__.py", "root.Camera.width", "Camera.width"),
        ("scripts/run-it.py", "run_it.Camera.width", "Camera.width"),
    ],
)
def test_a_name_without_its_module(path: str, namespace: str, name: str) -> None:
    row = sample(PATH, MODULE, "Camera.width")
    row |= {"completion_path": path, "namespace": namespace}
    assert cut_out(row, None).name == name


def test_a_body_on_the_line_of_its_signature_is_cut_off() -> None:
    found = prompt("short", NO_CONTEXT).text or ""
    assert found.startswith('def short(x):\n    """The one requirement.\n')
    text = 'class A:\n    def f(self, x=":"): "Old"; return x  # hidden\n'
    row = sample("a.py", text, "A.f")
    excerpt = cut_out(row, text.encode())
    assert excerpt.header == ('    def f(self, x=":"):\n',)
    assert excerpt.inner == "        "
    assert excerpt.body == ('"Old"; return x  # hidden',)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("form", FORMATS)
def test_no_prompt_shows_the_body_or_the_old_docstring(name: str, setting: str, form: str) -> None:
    rows = lines_of(MODULE)
    row = sample(PATH, MODULE, name)
    # Every other function keeps its own words; this one's are marked.
    for number in range(row["signature_end"], row["body_end"]):
        rows[number] = rows[number].replace("hidden", "MARK").replace("Original", "MARK")
    text = "".join(rows)
    if name == "short":
        text = text.replace("return x + hidden", "return x + MARK")
    found = make_prompt(cut_out(sample(PATH, text, name), text.encode()), Form(setting, form))
    shown = "".join(filter(None, (found.text, found.prefix, found.suffix)))
    assert "MARK" in text
    assert "MARK" not in shown
    assert (found.text or found.prefix or "").count(FUNCTIONALITY) == 1
    assert shown.count(":param x: int, what is given") in ({1, 2} if found.prefix else {1})


def test_what_is_too_long_is_cut_in_proportion_at_borders_of_lines() -> None:
    body = "    y = x\n    return y\n"
    above = "".join(f"a{number:02} = 0\n" for number in range(30))  # 8 characters a line
    below = "".join(f"b{number:02} = 0\n" for number in range(10))
    text = f"{above}def f(x):\n{body}{below}"
    excerpt = cut_out(sample("m.py", text, "f"), text.encode())

    def cut(setting: str, budget: int, **more: Any) -> tuple[int, int, int]:
        form = Form(setting, COMPLETION, budget)
        found = make_prompt(excerpt, form, **more)
        prefix, suffix = (found.prefix or found.text or ""), found.suffix or ""
        head = prefix[: prefix.index("def f")]
        assert above.endswith(head)
        assert below.startswith(suffix)
        return head.count("\n"), suffix.count("\n"), found.cut

    assert cut(LOCAL_INFILLING, 320) == (30, 10, 0)
    # 319: three quarters are 239.25 and one quarter 79.75 characters.
    assert cut(LOCAL_INFILLING, 319) == (29, 9, 2)
    assert cut(LOCAL_INFILLING, 160) == (15, 5, 20)
    assert cut(LOCAL_INFILLING, 8) == (0, 0, 40)
    assert cut(LOCAL_COMPLETION, 240) == (30, 0, 0)
    assert cut(LOCAL_COMPLETION, 239) == (29, 0, 1)
    # Lines of two units each.
    assert cut(LOCAL_COMPLETION, 10, count=lambda lines: [2] * len(lines)) == (5, 0, 25)
    assert cut(NO_CONTEXT, 1)[2] == 0


def test_definitions_are_shown_whole_as_long_as_they_fit() -> None:
    found = [
        Definition("d1", "src/pkg/a.py", "def one():\n    return 1\n"),  # 24 characters
        Definition("d2", "src/pkg/b.py", 'def two():\n    """```"""\n    return 2'),
        Definition("d3", "src/pkg/c.py", "THREE = 3\n"),
    ]
    every = prompt("last", RETRIEVED, definitions=found)
    assert every.documents == ("d1", "d2", "d3")
    assert (every.text or "").startswith(
        "# src/pkg/a.py\ndef one():\n    return 1\n\n\n# src/pkg/b.py\ndef two():\n"
    )
    assert (every.text or "").endswith(prompt("last", NO_CONTEXT).text or "?")
    some = prompt("last", RETRIEVED, definitions=found, max_context=40)
    assert (some.documents, some.cut) == (("d1", "d3"), 1)
    chat = prompt("last", RETRIEVED, CHAT, definitions=found).text or ""
    assert "`src/pkg/b.py`:\n\n````python\ndef two():" in chat
    assert "`src/pkg/c.py`:\n\n```python\nTHREE = 3\n```\n" in chat
    none = prompt("last", RETRIEVED, CHAT).text
    assert none == prompt("last", NO_CONTEXT, CHAT).text


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\0\f\x0b\x1c\x1d\x1e\x85")))
def test_python_reads_the_requirement_from_the_docstring(text: str) -> None:
    wanted = inspect.cleandoc(text)
    block = f"def f():\n{docstring_block(wanted, '    ')}    return 1\n"
    assert inspect.cleandoc(ast.get_docstring(ast.parse(block).body[0]) or "") == wanted  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ['a "quoted"', "C:\\x\\", '"""', "''' and \"\"\"", "\\", "'"])
def test_quotes_and_backslashes(text: str) -> None:
    assert ast.literal_eval(docstring_block(text, "")) == text


STDLIB = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))[::5]


def without_docstrings(node: ast.AST) -> str:
    """A tree as text, strings stripped of white space, as a moved docstring has other."""

    class Strip(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.Constant:
            if isinstance(node.value, str):
                node.value = " ".join(node.value.split())
            return node

    return ast.dump(Strip().visit(node))


@settings(max_examples=30)
@given(st.data())
def test_functions_of_real_files_fit_where_they_were(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(STDLIB))
    text = path.read_bytes().decode("utf-8")
    listed = functions(ast.parse(text))
    counts = Counter(name for name, _ in listed)
    known = sorted(
        name
        for name, node in listed
        if counts[name] == 1 and len(node.body) > (docstring(node) is not None)
    )
    assume(known)
    name = data.draw(st.sampled_from(known))
    row = sample(path.name, text, name)
    lines = lines_of(text)
    body = "".join(lines[row["body_start"] - 1 : row["body_end"]])
    assume(row["body_start"] > row["signature_end"])
    excerpt = cut_out(row, text.encode())
    filled = make_prompt(excerpt, Form(LOCAL_INFILLING, COMPLETION))
    whole = ast.parse(f"{filled.prefix}{body}{filled.suffix}")
    wanted = ast.parse(text)
    requirement = ast.Expr(ast.Constant(f"{FUNCTIONALITY} {ARGUMENTS}"))
    node = dict(functions(wanted))[name]
    node.body = [requirement, *(node.body[1:] if docstring(node) else node.body)]
    assert without_docstrings(whole) == without_docstrings(wanted)
    continued = make_prompt(excerpt, Form(LOCAL_COMPLETION, COMPLETION)).text
    assert continued == filled.prefix
    alone = make_prompt(excerpt, Form(NO_CONTEXT, COMPLETION)).text or ""
    moved = textwrap.indent(textwrap.dedent(body), "    " * name.count(".") + "    ")
    indented = all(line.startswith(" ") for line in body.splitlines() if line.strip())
    if not any(mark in body for mark in ('"""', "'''", "\\\n", "\t")) and indented:
        shown = dict(functions(ast.parse(alone + moved)))[name]
        assert without_docstrings(shown) == without_docstrings(node)
    # The same file with other lines for the body gives the very same prompts.
    marked = [*lines]
    for number in range(row["body_start"] - 1, row["body_end"]):
        marked[number] = f"{' ' * row['indent']}MARK_{number}\n"
    start, end = row["start"] - 1, row["body_end"]
    other = row | {"code_original": "".join(marked[start:end])}
    hidden = cut_out(other, "".join(marked).encode())
    for setting in SETTINGS:
        for form in FORMATS:
            found = make_prompt(hidden, Form(setting, form))
            assert "MARK_" not in f"{found.text}{found.prefix}{found.suffix}"
            assert found == make_prompt(excerpt, Form(setting, form))


@pytest.fixture
def release(tmp_path: Path) -> Release:
    rows = [sample(PATH, MODULE, name) for name in NAMES]
    rows[0]["executable"] = True
    rows[1] |= {"functionality": None, "arguments": None}
    rows[2]["arguments"] = None
    return write_code(tmp_path / "release", {PATH: MODULE}, rows)


def test_prompts_are_written_by_id(release: Release, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "prompts.jsonl"
    made = write_prompts(release, path, PromptOptions(LOCAL_INFILLING, COMPLETION, max_context=200))
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [row["task"] for row in rows] == [
        "repo/pkg.camera.Camera.width",
        "repo/pkg.camera.last",
        "repo/pkg.camera.late",
        "repo/pkg.camera.short",
    ]
    assert (made.without_requirement, made.not_executable, made.cut) == (1, 0, 4)
    first = rows[0]
    assert list(first) == [
        "task", "namespace", "setting", "format", "prompt", "prefix", "suffix", "stop", "indent",
        "completion_path", "cut",
    ]  # fmt: skip
    assert (first["namespace"], first["indent"]) == ("pkg.camera.Camera.width", 8)
    assert (first["completion_path"], first["prompt"]) == (PATH, None)
    again = write_prompts(
        release, tmp_path / "again.jsonl", PromptOptions(LOCAL_INFILLING, COMPLETION, 200)
    )
    assert again == made
    assert (tmp_path / "again.jsonl").read_bytes() == path.read_bytes()
    assert sorted(file.name for file in path.parent.iterdir()) == ["prompts.jsonl"]
    assert ":param" not in rows[2]["prefix"]


def test_only_samples_that_can_be_run(release: Release) -> None:
    made = make_prompts(release, PromptOptions(executable_only=True))
    assert [row["_id"] for row in made.samples] == ["repo/pkg.camera.Camera.width"]
    assert (made.without_requirement, made.not_executable) == (1, 3)


def test_tokens_of_a_model_are_counted(release: Release, tmp_path: Path) -> None:
    folder = make_tiny_model(tmp_path / "model")
    options = PromptOptions(LOCAL_COMPLETION, COMPLETION, max_context=60, tokenizer=str(folder))
    from domainbench.retrieval.language_models.local import load_tokenizer

    tokenizer = load_tokenizer(str(folder))
    made = make_prompts(release, options)
    for row, found in zip(made.samples, made.prompts, strict=True):
        excerpt = cut_out(row, MODULE.encode())
        shown = (found.text or "").removesuffix(excerpt.function()).splitlines(keepends=True)
        assert excerpt.above[len(excerpt.above) - len(shown) :] == tuple(shown)
        sizes = [len(tokenizer(line)["input_ids"]) for line in excerpt.above]
        kept = sizes[len(sizes) - len(shown) :]
        assert sum(kept) <= 60 < sum(kept) + sizes[len(sizes) - len(shown) - 1]


def test_releases_without_files_have_no_local_prompts(tmp_path: Path) -> None:
    release = write_code(tmp_path / "release", {}, [sample(PATH, MODULE, "last")])
    assert len(make_prompts(release, PromptOptions()).prompts) == 1
    with pytest.raises(DataError, match="lacks the files"):
        make_prompts(release, PromptOptions(LOCAL_COMPLETION))


def test_positions_that_do_not_fit(tmp_path: Path) -> None:
    short = write_code(tmp_path / "short", {PATH: "x = 1\n"}, [sample(PATH, MODULE, "last")])
    with pytest.raises(DataError, match="do not fit its code"):
        make_prompts(short, PromptOptions(LOCAL_COMPLETION))
    row = sample(PATH, MODULE, "last") | {"code_original": "def last(x):\n"}
    wrong = write_code(tmp_path / "wrong", {}, [row])
    with pytest.raises(DataError, match="do not fit its code"):
        make_prompts(wrong, PromptOptions())


def test_releases_that_ask_for_nothing(tmp_path: Path) -> None:
    row = sample(PATH, MODULE, "last") | {"functionality": None}
    with pytest.raises(DataError, match="no sample to ask for"):
        make_prompts(write_code(tmp_path / "none", {}, [row]), PromptOptions())
    other = write_questions(tmp_path / "qa", [question("q")])
    with pytest.raises(UsageError, match="only releases of the family code"):
        make_prompts(other, PromptOptions())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"setting": "infilling"}, "unknown setting"),
        ({"format": "json"}, "unknown format"),
        ({"max_context": 0}, "max_context is too small"),
        ({"tokenizer": "gpt2"}, "needs a limit"),
        ({"fim": "{prefix}{suffix}"}, "another kind of prompt"),
        ({"setting": LOCAL_INFILLING, "format": COMPLETION, "fim": "{prefix}"}, "incomplete"),
        ({"setting": RETRIEVED}, "from a system or from a run"),
        ({"setting": RETRIEVED, "system": "bm25", "run": Path("r")}, "from a system or from a run"),
        ({"system": "bm25"}, "come from nowhere"),
        ({"definitions": 0}, "definitions is too small"),
    ],
)
def test_options_that_do_not_go_together(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        PromptOptions(**given)


def test_a_file_that_cannot_be_written(release: Release, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write_prompts(release, tmp_path / "file" / "p.jsonl", PromptOptions())

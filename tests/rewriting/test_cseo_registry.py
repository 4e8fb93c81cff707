from __future__ import annotations

import sys
from pathlib import Path

import pytest

from domainbench.rewriting.method import Rewriting, RuleMethod, Subject
from domainbench.rewriting.plugins import rewrite_all
from domainbench.rewriting.registry import METHODS, open_method
from domainbench.schemas.errors import UsageError

ONE = Subject("web", "question_answering", "T", "text")
HEAD = """
from __future__ import annotations
from dataclasses import dataclass
from domainbench.rewriting.method import Rewriting, RuleMethod, Subject
from domainbench.schemas.errors import DataError
"""
SHOUTING = f"""{HEAD}
@dataclass(frozen=True)
class Shouting(RuleMethod):
    name = "shouting"
    marks: int = 1
    loud: bool = True
    share: float = 0.5
    mark: str = "!"

    def rewrite_one(self, subject: Subject) -> Rewriting:
        if not subject.text:
            raise DataError("nothing to shout")
        text = subject.text.upper() if self.loud else subject.text
        return Rewriting(subject.title, text + self.mark * self.marks)
"""
BARE = """
class Bare:
    name, sees_query, may_invent, model = "bare", False, True, "mine"
    parameters = {"x": 1}
    def rewrite(self, subjects, progress=None):
        return ["no"] * len(subjects)
"""


def file_of(folder: Path, code: str) -> Path:
    path = folder / "mine.py"
    path.write_text(code, encoding="utf-8")
    return path


def refusal(spec: str, **more: str) -> str:
    with pytest.raises(UsageError) as caught:
        open_method(spec, **more)
    return str(caught.value)


def test_methods_are_listed_with_what_they_do() -> None:
    assert next(iter(METHODS)) == "keyword_insertion"
    assert len(METHODS) == 18
    assert all(METHODS.values())


def test_options_are_read_and_told() -> None:
    method = open_method(" keyword_insertion: count = 3 , where=title ")
    assert method.parameters == {"count": 3, "where": "title"}
    assert open_method("outline").parameters == {}


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("keyword_insertions", "did you mean keyword_insertion"),
        ("", "unknown method ''"),
        ("keyword_insertion:count", "NAME=VALUE"),
        ("keyword_insertion:=3", "NAME=VALUE"),
        ("keyword_insertion:count=1,count=2", "stands twice"),
        ("keyword_insertion:counts=1", "did you mean count"),
        ("keyword_insertion:count=x", "a whole number"),
        ("outline:count=1", "has no options"),
        ("authoritative:x=1", "has no options"),
        ("authoritative", "needs a language model"),
        ("nobody:x=1", "unknown method 'nobody'"),
    ],
)
def test_wrong_specifications_are_refused(spec: str, said: str) -> None:
    assert said in refusal(spec)


def test_a_wrong_model_is_refused() -> None:
    assert "names no language model" in refusal("authoritative", model="gpt")


def test_a_class_of_a_file_is_a_method(tmp_path: Path) -> None:
    path = file_of(tmp_path, SHOUTING)
    method = open_method(f"{path}:Shouting")
    assert method.name == "shouting"
    found = method.rewrite([ONE, Subject("web", "question_answering", "", "")])
    assert found == [Rewriting("T", "TEXT!"), "nothing to shout"]


def test_a_class_of_a_file_has_options(tmp_path: Path) -> None:
    path = file_of(tmp_path, SHOUTING)
    method = open_method(f"{path}:Shouting,marks=2,loud=false,share=0.25,mark=?")
    assert method.parameters == {"marks": 2, "loud": False, "share": 0.25, "mark": "?"}
    assert method.rewrite([ONE]) == [Rewriting("T", "text??")]
    assert "true or false" in refusal(f"{path}:Shouting,loud=maybe")
    assert "a number" in refusal(f"{path}:Shouting,share=half")


def test_a_class_that_only_fits_the_protocol_is_a_method(tmp_path: Path) -> None:
    method = open_method(f"{file_of(tmp_path, BARE)}:Bare")
    assert method.model == "mine"
    assert method.rewrite([ONE]) == ["no"]
    assert "has no options" in refusal(f"{tmp_path / 'mine.py'}:Bare,x=1")


def test_a_class_of_a_module_is_a_method(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cseo_plugin_package").mkdir()
    (tmp_path / "cseo_plugin_package" / "methods.py").write_text(BARE)
    monkeypatch.syspath_prepend(tmp_path)
    assert open_method("cseo_plugin_package.methods:Bare").name == "bare"
    sys.modules.pop("cseo_plugin_package.methods")
    assert "ModuleNotFoundError" in refusal("cseo_no_such_module:Bare")


@pytest.mark.parametrize(
    ("code", "name", "said"),
    [
        (BARE, "Bear", "did you mean Bare"),
        ("x = 1", "Bare", "the module has no class"),
        ("def f(:", "Bare", "SyntaxError"),
        ("1 / 0", "Bare", "ZeroDivisionError"),
        (BARE.replace('"bare"', '"outline"'), "Bare", "is taken"),
        (BARE.replace('"bare"', '"quotes"'), "Bare", "is taken"),
        (BARE.replace('"bare"', '"mixed"'), "Bare", "is taken"),
        (BARE.replace('"bare"', '"Bare-1"'), "Bare", "malformed name"),
        (BARE.replace('"bare"', "3"), "Bare", "is no str"),
        (BARE.replace('"mine"', "3"), "Bare", "is no str or None"),
        (BARE.replace('{"x": 1}', '{"x": {1}}'), "Bare", "are no JSON"),
        (BARE.replace('{"x": 1}', '{"x": float("nan")}'), "Bare", "are no JSON"),
        (BARE.replace("    parameters", "    other"), "Bare", "lacks parameters"),
        (BARE.replace("def rewrite", "def write"), "Bare", "lacks rewrite"),
        (BARE + "    def __init__(self, x): pass\n", "Bare", "TypeError"),
        (f"{HEAD}class Half(RuleMethod):\n    name = 'half'\n", "Half", "TypeError"),
    ],
)
def test_what_is_no_method_is_refused(tmp_path: Path, code: str, name: str, said: str) -> None:
    path = file_of(tmp_path, code)
    assert said in refusal(f"{path}:{name}")


def test_a_missing_file_of_methods_is_named(tmp_path: Path) -> None:
    assert "there is no such file" in refusal(f"{tmp_path}/none.py:Bare")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 1 / 0", "fails"),
        ("return None", "fails"),
        ("return []", "0 for 1"),
        ("return [None]", "None"),
        ("return [Rewriting(None, 'text')]", "for each document"),
    ],
)
def test_a_class_that_rewrites_wrongly_is_told(tmp_path: Path, body: str, said: str) -> None:
    file = tmp_path / "odd.py"
    file.write_text(
        "from domainbench.rewriting.method import Rewriting\n"
        "class Odd:\n"
        "    name, sees_query, may_invent, model, parameters = 'odd', False, False, None, {}\n"
        f"    def rewrite(self, subjects, progress=None):\n        {body}\n"
    )
    subjects = [Subject("web", "question_answering", "", "A lamp.")]
    with pytest.raises(UsageError, match=said):
        rewrite_all(open_method(f"{file}:Odd"), subjects)


def test_a_rewriting_without_text_is_none() -> None:
    class Nothing(RuleMethod):
        name = "nothing"
        about = "leaves nothing"

        def rewrite_one(self, subject: Subject) -> Rewriting:
            return Rewriting(subject.title, " \n")

    subjects = [Subject("web", "question_answering", "Lamp", "A lamp.")]
    assert rewrite_all(Nothing(), subjects) == ["nothing is left of its text"]

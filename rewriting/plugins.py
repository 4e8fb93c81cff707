"""Methods of one's own: a class of a file or of an installed module."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..schemas.cseo import MIXED, POSITION, TOP
from ..schemas.errors import DomainbenchError, UsageError
from ..schemas.progress import SILENT
from .method import Rewriting
from .options import with_options

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from types import ModuleType

    from ..schemas.progress import Progress
    from .method import Method, Subject

_NAME = re.compile(r"[a-z0-9_]+")
NOTHING_LEFT = "nothing is left of its text"
_RESERVED = (POSITION, TOP, MIXED)
_EXPECTED = "NAME = VALUE in the class, as domainbench.rewriting.method.Method describes"


def load_class(place: str, name: str) -> type[Any]:
    """A class by where it stands and its name.

    Args:
        place: path of a Python file, which is run; or the dotted name of a module.
        name: of the class.

    Raises:
        UsageError: there is no such file, module or class, or running it fails.
    """
    module = _run_file(Path(place)) if place.endswith(".py") else _import(place)
    found = getattr(module, name, None)
    if not inspect.isclass(found):
        own = [
            key
            for key, value in vars(module).items()
            if inspect.isclass(value) and value.__module__ == module.__name__
        ]
        if not own:
            raise UsageError("the module has no class", place=place, expected=f"a class {name}")
        raise UsageError.from_unknown_name(f"class in {place}", name, own)
    return found


def make_method(kind: type[Any], options: Mapping[str, str], taken: Collection[str]) -> Method:
    """Make a method of a class.

    Args:
        kind: the class.
        options: its options, as text.
        taken: names that other methods have.

    Raises:
        UsageError: it cannot be made with these options, lacks what a method has, or has a name
            that is taken or malformed.
    """
    label = kind.__name__
    try:
        method: Any = with_options(kind, options, method=label)
    except DomainbenchError:
        raise
    except Exception as error:
        raise UsageError(
            f"the class {label} cannot be made into a method", found=_told(error)
        ) from error
    _check(method, label)
    if method.name in taken or method.name in _RESERVED:
        raise UsageError(
            f"the name of the method {label} is taken", found=method.name, hint="give it another"
        )
    return cast("Method", method)


def rewrite_all(
    method: Method, subjects: Sequence[Subject], progress: Progress = SILENT
) -> list[Rewriting | str]:
    """What a method makes of documents, checked; where it leaves no text, that is the reason.

    Raises:
        UsageError: the method fails, or returns something else than ``Method.rewrite`` says; or as
            that.
        DataError: as ``Method.rewrite``.
    """
    try:
        made: list[Any] = list(method.rewrite(subjects, progress))
    except DomainbenchError:
        raise
    except Exception as error:
        raise UsageError(f"the method {method.name} fails", found=_told(error)) from error
    odd = [one for one in made if not _is_made(one)]
    if odd or len(made) != len(subjects):
        raise UsageError(
            f"the method {method.name} does not return a rewriting for each document",
            found=repr(odd[0]) if odd else f"{len(made)} for {len(subjects)}",
            expected="a Rewriting of two texts, or a text that says why there is none",
        )
    return [one if isinstance(one, str) or one.text.strip() else NOTHING_LEFT for one in made]


def _is_made(one: Any) -> bool:
    texts: Any = (one.title, one.text) if isinstance(one, Rewriting) else (one,)
    return all(isinstance(text, str) for text in texts)


def _check(method: Any, label: str) -> None:
    """Raise ``UsageError`` unless an object has all that a method has."""
    kinds: dict[str, tuple[type, ...]] = {
        "name": (str,),
        "sees_query": (bool,),
        "may_invent": (bool,),
        "model": (str, type(None)),
        "parameters": (dict,),
    }
    for name, allowed in kinds.items():
        wanted = " or ".join("None" if one is type(None) else one.__name__ for one in allowed)
        if not hasattr(method, name):
            raise UsageError(
                f"the class {label} is no method: it lacks {name}, a {wanted}", expected=_EXPECTED
            )
        if not isinstance(getattr(method, name), allowed):
            raise UsageError(
                f"the {name} of the method {label} is no {wanted}",
                found=repr(getattr(method, name)),
            )
    if not callable(getattr(method, "rewrite", None)):
        raise UsageError(
            f"the class {label} is no method: it lacks rewrite(subjects, progress)",
            hint="derive it from domainbench.rewriting.method.RuleMethod",
        )
    if not _NAME.fullmatch(method.name):
        raise UsageError(
            f"the method {label} has a malformed name",
            found=repr(method.name),
            expected="small letters, digits and underscores",
        )
    try:
        json.dumps(method.parameters, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UsageError(f"the parameters of the method {label} are no JSON", found=error) from None


def _run_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise UsageError("there is no such file of methods", place=path)
    digest = hashlib.sha256(str(path.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    name = f"domainbench_methods_{path.stem}_{digest}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError("the file of methods cannot be read", place=path)
    module = module_from_spec(spec)
    # Dataclasses look their module up while they are made.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise UsageError("the file of methods fails", place=path, found=_told(error)) from error
    return module


def _import(name: str) -> ModuleType:
    try:
        return import_module(name)
    except Exception as error:
        raise UsageError(f"the module {name!r} cannot be imported", found=_told(error)) from error


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"

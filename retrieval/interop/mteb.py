"""Systems of this package as models that MTEB evaluates.

    mteb.evaluate(MtebModel(parse_system("bm25")), task)

MTEB hands over documents and queries, and gets rankings back (its ``SearchProtocol``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..texts import Texts
from .dictionaries import run_to_dict
from .optional import load

if TYPE_CHECKING:
    from ..system import System


class MtebModel:
    """A system in the form of MTEB's search models.

    Args:
        system: the system; it is indexed anew for every task.
    """

    def __init__(self, system: System) -> None:
        self._system = system

    def index(self, corpus: Any, **_context: Any) -> None:
        """Index a ``datasets.Dataset`` with ``id``, ``text`` and perhaps ``title``.

        A document is its title and text, parted by a line feed as in this package's views.
        """
        texts: list[str] = corpus["text"]
        if "title" in corpus.column_names:
            pairs = zip(corpus["title"], texts, strict=True)
            texts = ["\n".join(part for part in pair if part) for pair in pairs]
        self._system.index(Texts.from_arrays(list(corpus["id"]), texts, what="corpus"))

    def search(self, queries: Any, *, top_k: int, **_context: Any) -> dict[str, dict[str, float]]:
        """Rank at most ``top_k`` documents for a ``datasets.Dataset`` of ``id`` and ``text``."""
        asked = Texts.from_arrays(list(queries["id"]), list(queries["text"]), what="queries")
        return run_to_dict(self._system.search(asked, top_k))

    @property
    def mteb_model_meta(self) -> Any:
        """MTEB's description of the model, named by the system's specification.

        Raises:
            MissingDependencyError: MTEB is not installed.
        """
        metadata = load("mteb.models.model_meta", "mteb", "an MTEB model")
        slug = "".join(c if c.isalnum() or c in ".=-" else "_" for c in self._system.spec)
        return metadata.ModelMeta.create_empty({"name": f"domainbench/{slug}", "revision": "1"})

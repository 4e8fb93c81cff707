"""Docstrings: cases of each style with their parts told by hand, and what holds of any text."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.programs.docstrings import Requirement, split_docstring


def split(text: str) -> Requirement:
    found = split_docstring(textwrap.dedent(text).strip("\n"))
    assert found is not None
    return found


def test_rest_fields_with_types_apart_and_within() -> None:
    found = split(
        """
        Scale a picture.

        Keeps the ratio of the
        sides.

        :param picture: what to scale;
            read only.
        :type picture: PIL.Image
        :param float factor: by how much
        :param size:
            Width and
            height.
        :returns: the picture,
         scaled.
        :rtype: PIL.Image
        :raises ValueError, TypeError: if it is empty
        """
    )
    assert found.style == "rest"
    assert found.functionality == "Scale a picture.\n\nKeeps the ratio of the\nsides."
    assert found.arguments.split("\n") == [
        ":param picture: PIL.Image, what to scale; read only.",
        ":param factor: float, by how much",
        ":param size: Width and height.",
        ":return: PIL.Image, the picture, scaled.",
        ":raises ValueError, TypeError: if it is empty",
    ]


def test_rest_prose_behind_the_fields_is_kept() -> None:
    found = split(
        """
        Open a file.
        :param path: where
        it is
        :meta private:

        The file is locked.
        """
    )
    assert found.functionality == "Open a file.\n\nThe file is locked."
    assert found.arguments == ":param path: where it is"


def test_epytext_reads_like_rest() -> None:
    found = split("Add.\n\n@param a: one\n@return: the sum\n@rtype: int")
    assert found.arguments == ":param a: one\n:return: int, the sum"


def test_roles_are_no_fields() -> None:
    text = "Like\n:func:`other`, of\n:type:`int`, but faster: see :param: there."
    assert split(text) == Requirement(text, "", "plain")


def test_google_sections_with_types_defaults_and_nested_text() -> None:
    found = split(
        """
        Fetch rows.

        Args:
            table (Table, optional): an open table.
                It may be remote:

                - slow, or
                - very slow.
            keys: what to fetch. Defaults to ``None``.
            convert (Callable[[str], Tuple[int, ...]]): how to read.
            *args: further
            **kwargs (dict): options

        Returns:
            dict[str, int]: rows
            by key.

        Raises:
            IOError: An error occurred.
            ValueError if a key is empty.
        """
    )
    assert found.style == "google"
    assert found.functionality == "Fetch rows."
    assert found.arguments.split("\n") == [
        ":param table: Table, optional, an open table. It may be remote: - slow, or - very slow.",
        ":param keys: what to fetch. Defaults to ``None``.",
        ":param convert: Callable[[str], Tuple[int, ...]], how to read.",
        ":param *args: further",
        ":param **kwargs: dict, options",
        ":return: dict[str, int], rows by key.",
        ":raises IOError: An error occurred.",
        ":raises ValueError: if a key is empty.",
    ]


def test_google_result_that_only_looks_typed_and_yields() -> None:
    found = split(
        """
        Walk.

        Yields:
            A pair with two parts: name and value.

        Returns: nothing that
        matters

        Paths are sorted.
        """
    )
    assert found.functionality == "Walk.\n\nPaths are sorted."
    assert found.arguments.split("\n") == [
        ":return: nothing that matters",
        ":yield: A pair with two parts: name and value.",
    ]


def test_google_sections_that_are_not_indented() -> None:
    found = split(
        """
        Create a file.
        Arguments:
        'prefix', 'suffix' -- as for mkstemp.
        mode -- the mode
        The file is deleted.

        Returns:
        file: the file
        """
    )
    assert found.functionality == "Create a file.\n\nThe file is deleted."
    assert found.arguments.split("\n") == [
        ":param prefix, suffix: as for mkstemp.",
        ":param mode: the mode",
        ":return: file, the file",
    ]


def test_a_long_row_of_types_is_no_riddle() -> None:
    row = ", ".join(["list[int]"] * 60)
    found = split_docstring(f"Does it.\n\nReturns:\n    {row} !!: all of them.")
    assert found is not None
    assert found.arguments == f":return: {row} !!: all of them."
    nested = "dict[str, list[tuple[int, set[str]]]]"
    typed = split_docstring(f"Does it.\n\nReturns:\n    {nested}: all of them.")
    assert typed is not None
    assert typed.arguments == f":return: {nested}, all of them."


def test_sections_without_content_say_nothing() -> None:
    found = split("Run.\n\nArgs:\n    None\n\nReturns:\n    None")
    assert found == Requirement("Run.", "", "google")


def test_numpy_sections() -> None:
    found = split(
        """
        Fit a line.

        The line goes
        through the origin.

        Parameters
        ----------
        x, y : array_like of shape (n,)
            The points.

            More on them.
        weights : {"a", "b"}, default="a"
        *extra
            Ignored.

        Returns
        -------
        slope : float
            Of the line.
        float
            The error.
        ndarray of int

        Raises
        ------
        ValueError
            If there are no points.

        Warns
        -----
        RuntimeWarning
            If there is one.

        See Also
        --------
        other : a function

        Notes
        -----
        Uses least squares [1]_.

        References
        ----------
        .. [1] Gauss.

        Examples
        --------
        >>> fit([1], [2])
        2.0
        """
    )
    assert found.style == "numpy"
    assert found.functionality == "Fit a line.\n\nThe line goes\nthrough the origin."
    assert found.arguments.split("\n") == [
        ":param x, y: array_like of shape (n,), The points. More on them.",
        ':param weights: {"a", "b"}, default="a"',
        ":param *extra: Ignored.",
        ":return: float, slope: Of the line.",
        ":return: float, The error.",
        ":return: ndarray of int",
        ":raises ValueError: If there are no points.",
        ":warns RuntimeWarning: If there is one.",
    ]


def test_numpy_prose_behind_a_section_and_a_free_result() -> None:
    found = split(
        """
        Count.

        Returns
        -------
        the number of all items

        A longer remark stands at the end.
        """
    )
    assert found.functionality == "Count.\n\nA longer remark stands at the end."
    assert found.arguments == ":return: the number of all items"


@pytest.mark.parametrize(
    "gone",
    [
        ">>> f(1)\n2\n>>> f(2)\n3",
        "Example:\n\n>>> f(1)\n2",
        "Some usage examples:\n\n>>> f(1)\n2",
        "Example:\n    f(1) gives\n\n    two",
        "Examples::\n\n    f(1)",
        "Usage:\n\nx = f(1)\n\nfor y in x:\n    print(y)",
        "```py\n>>> f(1)\n\nf(2)\n```",
        "Example:\n\n```\nf(1)\n```",
        ".. versionadded:: 3.2",
        ".. versionchanged:: 3.3\n   Takes *two*\n\n   things.",
        ".. note:: It is\n   slow.",
        ".. code-block:: python\n\n    f(1)",
        ".. [1] A paper",
        "Note:\n    It is slow.",
        "Todo:\n    * speed",
        ":since: 1.2",
    ],
)
def test_examples_and_notes_are_left_out(gone: str) -> None:
    found = split_docstring(f"Do it.\n\n{gone}\n\n.. versionadded:: 1\n\nAnd more.\n")
    assert found is not None
    assert found.functionality == "Do it.\n\nAnd more."
    assert not found.arguments


def test_version_notes_within_arguments_are_left_out() -> None:
    found = split("F.\n\nArgs:\n    a: one\n\n        .. versionadded:: 2\n    b: two")
    assert found.arguments == ":param a: one\n:param b: two"


def test_formulas_and_literal_blocks_are_kept() -> None:
    text = "Compute\n\n.. math::\n\n    x^2\n\nwhich is::\n\n    x * x"
    assert split(text) == Requirement(text, "", "plain")


def test_introductions_go_without_the_sentence_before() -> None:
    assert split("Do it. Here is an example::\n\n>>> f(1)").functionality == "Do it."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n ",
        "...",
        ">>> f()\n1",
        ":param x: one",
        "Args:\n    x: one",
        "Returns\n-------\nint",
    ],
)
def test_no_prose_is_no_requirement(text: str) -> None:
    assert split_docstring(text) is None


def test_one_line_alone_is_prose_whatever_it_looks_like() -> None:
    assert split("Returns: the sum").functionality == "Returns: the sum"


LINES = st.sampled_from(
    [
        "Do it.",
        "Args:",
        "Arguments:",
        "Returns:",
        "Returns: it",
        "Example:",
        "Parameters",
        "Raises",
        "Notes",
        "----------",
        "x : int",
        "x (int): one",
        "x -- one",
        ":param x: one",
        ":type x: int",
        ":return:",
        "@rtype: y",
        ".. note::",
        ".. math::",
        ">>> f()",
        "```",
        "",
        "",
        "x = 1",
        "\ttab",
        "   ",
    ]
)
TEXTS = st.lists(st.tuples(st.sampled_from(["", "", "    ", "  ", "\t"]), LINES), max_size=14)


@given(st.one_of(st.text(), TEXTS.map(lambda lines: "\n".join(a + b for a, b in lines))))
def test_any_text_is_split_and_its_functionality_is_split_no_further(text: str) -> None:
    found = split_docstring(text)
    if found is None:
        return
    assert found.functionality.strip() == found.functionality != ""
    assert split_docstring(found.functionality) == Requirement(found.functionality, "", "plain")
    for line in found.arguments.split("\n") if found.arguments else []:
        assert line.startswith((":param", ":return", ":yield", ":raises", ":warns"))

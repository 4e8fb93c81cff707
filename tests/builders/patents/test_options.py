from __future__ import annotations

import pytest

from domainbench.builders.patents.options import PRESETS, PatentOptions, options_from
from domainbench.schemas.errors import UsageError


def test_defaults_take_everything():
    options = options_from({})
    assert options == PatentOptions()
    assert options.corpus == "collection"
    assert (options.min_citations, options.max_positives, options.dev_fraction) == (1, None, 0)


def test_preset_dapfam_and_what_overrules_it():
    options = options_from({"preset": "dapfam", "min_citations": "30", "max_positives": "none"})
    assert (options.min_year, options.min_citations) == (2000, 30)
    assert (options.queries_per_class, options.max_positives) == (10, None)
    assert (options.random_negatives, options.corpus) == (20, "selected")
    assert options_from({"min_citations": 30, "max_positives": None}, preset="dapfam") == options


def test_texts_of_a_command_line_are_taken():
    options = options_from(
        {"dev_fraction": "0.2", "date_valid_only": "true", "categories": "X, Y", "max_queries": "9"}
    )
    assert options.dev_fraction == 0.2
    assert options.date_valid_only is True
    assert options.categories == ("X", "Y")
    assert options.max_queries == 9


def test_parameters_are_complete_and_json():
    parameters = options_from({"categories": ["X"]}).parameters()
    assert set(parameters) == set(PatentOptions.model_fields) - {"seed"}
    assert parameters["categories"] == ["X"]
    assert parameters["max_queries"] is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"min_citation": 3}, "did you mean min_citations"),
        ({"preset": "dapfan"}, "unknown preset 'dapfan'"),
        ({"ipc_depth": "ipc5"}, "'section', 'ipc3' or 'ipc4'"),
        ({"max_positives": "many"}, "'max_positives' has a wrong value"),
        ({"max_queries": 0}, "greater than or equal to 1"),
        ({"random_negatives": -1}, "greater than or equal to 0"),
        ({"dev_fraction": 1}, "less than 1"),
        ({"language": "english"}, "'language' has a wrong value"),
        ({"min_year": 2010, "max_year": 2000}, "min_year 2010, max_year 2000"),
    ],
)
def test_wrong_options_are_named(given, message):
    with pytest.raises(UsageError) as error:
        options_from(given)
    assert message in str(error.value)


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_presets_are_valid(preset):
    assert isinstance(options_from({"preset": preset}), PatentOptions)

"""What the sample's domains are about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """A domain: what its entities are called, and which predicates relate them."""

    domain: str
    thing: str
    group: str
    """What things are part of, or are in."""
    whole: str
    """What groups are part of, or are in."""
    maker: str
    chain: str
    """Predicate from thing to group, and from group to whole; it is transitive."""
    made: str
    """Predicate from thing to maker; it has an inverse."""
    trait: str
    traits: tuple[str, ...]
    year: str
    """Predicate to a year; it is functional."""
    remarks: tuple[str, ...]
    """Sentences on a thing that say nothing of these; {} is its name."""


_PLACE = "located in the administrative territorial entity"
_DESCRIBED = "year of first description"

TOPICS = (
    Topic(
        "culture", "festival", "festival series", "arts movement", "theatre director", "part of",
        "founded by", "genre", ("puppet theatre", "folk opera", "shadow play", "street dance"),
        "founding year",
        (
            "Reviewers of {} praise its quiet openings and its long last evenings.",
            "The posters of {} are printed by hand from blocks of pear wood.",
            "Volunteers who help at {} are paid with bread, soup and a place at the front.",
            "A radio play about {} was repeated every winter for eleven years.",
        ),
    ),
    Topic(
        "geography", "village", "district", "region", "surveyor", _PLACE,
        "named after", "country", ("Orvania", "Teskia", "Belmar", "Lunthia"), "founding year",
        (
            "Roads near {} are closed by snow on about forty days of the year.",
            "Old maps show {} on the wrong bank of the river.",
            "The wind that blows over {} in spring has a name of its own.",
            "Salt was carried past {} on mules until the railway came.",
        ),
    ),
    Topic(
        "health", "clinic", "clinic group", "health service", "physician", "part of",
        "founded by", "field of work",
        ("sleep medicine", "joint care", "eye care", "care of burns"), "founding year",
        (
            "Patients of {} wait nine days on average for a first appointment.",
            "Nurses at {} keep a garden whose herbs go to the kitchen.",
            "A trial at {} compared two ways of writing down doses.",
            "The night shift of {} is known for its short and exact notes.",
        ),
    ),
    Topic(
        "history", "fort", "line of forts", "frontier", "margrave", "part of",
        "founded by", "time period",
        ("Early Reed Age", "Late Reed Age", "Age of Tolls", "Quiet Century"), "founding year",
        (
            "Letters found at {} ask again and again for lamp oil.",
            "The walls of {} were later used as a quarry by farmers.",
            "A tax roll counts thirty ovens at {} and not one mill.",
            "Coins dug up near {} come from three different mints.",
        ),
    ),
    Topic(
        "mathematics", "lemma", "theory", "branch", "mathematician", "part of",
        "discoverer or inventor", "has use",
        ("counting of paths", "bounding of errors", "drawing of maps", "sorting of words"),
        _DESCRIBED,
        (
            "Students meet {} in their second year, mostly with a picture.",
            "A shorter way to {} was found by reading it backwards.",
            "The first printed version of {} had a sign wrong in its third line.",
            "Computers have checked {} for every case below ten million.",
        ),
    ),
    Topic(
        "nature", "moss", "moss group", "moss class", "botanist", "subclass of",
        "discoverer or inventor", "has use", ("dyeing of wool", "packing of fruit",
        "filtering of water", "stuffing of pillows"), _DESCRIBED,
        (
            "In dry summers {} turns grey and looks dead until the first rain.",
            "Deer avoid {}, though nobody has found out why.",
            "On north walls {} grows about a finger's breadth in ten years.",
            "Under the lens {} shows cells in rows like bricks.",
        ),
    ),
    Topic(
        "people", "musician", "ensemble", "guild", "instrument maker", "part of",
        "father", "occupation", ("cellist", "drummer", "flautist", "harpist"), "year of birth",
        (
            "Those who met {} remember a slow voice and quick hands.",
            "A notebook of {} lists every road walked on in one year.",
            "Neighbours of {} complained twice about scales before dawn.",
            "The portrait of {} hangs in a hall that is hardly ever heated.",
        ),
    ),
    Topic(
        "society", "school", "municipality", "county", "reformer", _PLACE,
        "founded by", "field of work",
        ("teaching of adults", "teaching of crafts", "teaching of languages", "teaching of law"),
        "founding year",
        (
            "Lessons at {} begin late, so that the first bus can be reached.",
            "The library of {} lends out tools as well as books.",
            "Parents vote on the meals of {} once a month.",
            "A survey at {} asked who had taught whom to ride a bicycle.",
        ),
    ),
    Topic(
        "technology", "pump", "machine series", "product line", "engineer", "part of",
        "discoverer or inventor", "material used",
        ("cast bronze", "spring steel", "fired clay", "pressed felt"), _DESCRIBED,
        (
            "The manual of {} has more drawings than words.",
            "Spare parts for {} are still cut to the old inch.",
            "Farmers mend {} with wire and say that it runs better then.",
            "At full load {} hums on one note, a low F.",
        ),
    ),
)  # fmt: skip

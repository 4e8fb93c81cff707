"""Domains of well-known packages, of files within them, and corrections."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.code.corrections import Corrections, load_corrections
from domainbench.builders.code.domains import (
    DomainLabel,
    domain_map,
    label_domains,
    label_sample,
)
from domainbench.schemas.code import DOMAINS
from domainbench.schemas.errors import DataError, UsageError

LIBRARIES = "Software Development :: Libraries"
MODULES = f"{LIBRARIES} :: Python Modules"

# Topics as the packages declare them on the index; imports by files, as their sources have them.
PACKAGES = [
    ("requests", ["Internet :: WWW/HTTP", LIBRARIES], {"urllib3": 6, "certifi": 1}, "Internet"),
    ("httpx", ["Internet :: WWW/HTTP"], {"httpcore": 2, "ssl": 6, "h2": 1}, "Internet"),
    (
        "Flask",
        [
            "Internet :: WWW/HTTP :: Dynamic Content",
            "Internet :: WWW/HTTP :: WSGI",
            "Internet :: WWW/HTTP :: WSGI :: Application",
            f"{LIBRARIES} :: Application Frameworks",
        ],
        {"werkzeug": 16, "jinja2": 5, "click": 3},
        "Internet",
    ),
    ("SQLAlchemy", ["Database :: Front-Ends"], {"re": 40, "asyncio": 9}, "Database"),
    ("peewee", [], {"sqlite3": 2, "re": 4, "psycopg2": 1}, "Database"),
    ("redis", [], {"socket": 6, "ssl": 5}, "Database"),
    ("numpy", ["Software Development", "Scientific/Engineering"], {}, "Scientific Engineering"),
    ("pandas", ["Scientific/Engineering"], {"numpy": 300}, "Scientific Engineering"),
    ("scikit-learn", ["Software Development", "Scientific/Engineering"], {"numpy": 200},
     "Scientific Engineering"),
    (
        "networkx",
        [MODULES, "Scientific/Engineering :: Mathematics", "Scientific/Engineering :: Physics"],
        {"numpy": 30},
        "Scientific Engineering",
    ),
    (
        "pillow",
        ["Multimedia :: Graphics", "Multimedia :: Graphics :: Viewers"],
        {"struct": 20},
        "Multimedia",
    ),
    ("mutagen", ["Multimedia :: Sound/Audio"], {"struct": 20, "zlib": 2}, "Multimedia"),
    ("cryptography", ["Security :: Cryptography"], {"cffi": 2}, "Security"),
    ("PyJWT", ["Utilities"], {"cryptography": 2, "hashlib": 2, "json": 5}, "Security"),
    ("itsdangerous", [], {"hashlib": 2, "hmac": 1}, "Security"),
    ("pytest", [LIBRARIES, "Software Development :: Testing", "Utilities"], {"ast": 5},
     "Software Development"),
    (
        "jedi",
        [MODULES, "Text Editors :: Integrated Development Environments (IDE)", "Utilities"],
        {"parso": 50},
        "Software Development",
    ),
    (
        "setuptools",
        [
            MODULES,
            "System :: Archiving :: Packaging",
            "System :: Systems Administration",
            "Utilities",
        ],
        {"distutils": 30},
        "Software Development",
    ),
    (
        "psutil",
        [
            "System :: Benchmark",
            "System :: Monitoring",
            "System :: Networking :: Monitoring",
            "System :: Systems Administration",
            "Utilities",
        ],
        {"ctypes": 2, "signal": 3},
        "System",
    ),
    (
        "paramiko",
        ["Internet", "Security :: Cryptography"],
        {"cryptography": 20, "nacl": 1, "socket": 12},
        "Security",
    ),
    ("celery", ["System :: Distributed Computing", "Software Development :: Object Brokering"],
     {"kombu": 60, "billiard": 12}, "System"),
    ("lxml", ["Text Processing :: Markup :: HTML", "Text Processing :: Markup :: XML", MODULES],
     {}, "Text Processing"),
    ("Pygments", ["Text Processing :: Filters", "Utilities"], {"re": 240}, "Text Processing"),
    (
        "nltk",
        [
            "Scientific/Engineering :: Artificial Intelligence",
            "Scientific/Engineering :: Human Machine Interfaces",
            "Scientific/Engineering :: Information Analysis",
            "Text Processing",
            "Text Processing :: Filters",
            "Text Processing :: General",
            "Text Processing :: Indexing",
            "Text Processing :: Linguistic",
        ],
        {"re": 90, "numpy": 12},
        "Text Processing",
    ),
    ("python-dateutil", [LIBRARIES], {"datetime": 9}, "Utilities"),
    ("click", [], {"os": 9, "sys": 9}, "Utilities"),
    ("iniconfig", [LIBRARIES, "Utilities"], {}, "Utilities"),
    ("imapclient", ["Communications :: Email :: Post-Office :: IMAP", "Internet"],
     {"imaplib": 3, "ssl": 2}, "Communications"),
    ("paho-mqtt", ["Communications", "Internet"], {"socket": 2, "ssl": 1}, "Communications"),
    ("cycler", [], {"itertools": 1, "copy": 1}, None),
    ("xxhash", [MODULES], {}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "topics", "imports", "main"), PACKAGES, ids=[name for name, *_ in PACKAGES]
)
def test_well_known_packages(name, topics, imports, main):
    label = label_domains(
        [f"Topic :: {topic}" for topic in topics], imports, name, python_files=100
    )
    assert label.domains[:1] == (() if main is None else (main,))
    assert bool(label.evidence) == bool(label.domains)


def test_evidence_names_what_was_found():
    label = label_domains(
        ["Topic :: Database", "Programming Language :: Python"],
        {"sqlalchemy": 14, "os": 50, "hashlib": 1},
        "ledger",
        python_files=56,
    )
    assert label == DomainLabel(
        ("Database",),
        ("Database: classifier Topic :: Database", "Database: imports sqlalchemy in 14 files"),
        (1.0,),
    )


def test_further_domains_come_with_their_share():
    label = label_domains(
        ["Topic :: Internet", "Topic :: Security :: Cryptography"],
        {"cryptography": 1, "ssl": 1},
        "x",
        python_files=4,
    )
    security = 4 + 3 / 2 + (1.5 / 2) / 2
    internet = 4 + 0.5 / 2
    assert label.domains == ("Security", "Internet")
    assert label.shares == (1.0, round(internet / security, 4))
    assert "Security: imports cryptography in 1 file" in label.evidence


def test_a_narrow_topic_may_say_something_else():
    label = label_domains(["Topic :: System :: Software Distribution"], {}, "x")
    assert label.domains == ("Software Development", "System")
    assert label_domains(["Topic :: Software Development :: Libraries"], {}, "x").domains == ()
    # A topic that only begins like another is another.
    assert label_domains(["Topic :: Databases"], {}, "x").domains == ()


def test_ties_are_broken_by_the_order_of_the_taxonomy():
    label = label_domains(["Topic :: System", "Topic :: Internet", "Topic :: Database"], {}, "x")
    assert label.domains == ("Database", "Internet", "System")


def test_ubiquitous_imports_say_nothing():
    imports = dict.fromkeys(["os", "sys", "typing", "collections", "json", "logging", "pathlib"], 9)
    assert label_domains([], imports, "x") == DomainLabel()


def test_a_single_weak_import_says_nothing_but_several_agree():
    assert label_domains([], {"re": 3}, "x").domains == ()
    several = dict.fromkeys(["re", "string", "textwrap", "codecs"], 3)
    assert label_domains([], several, "x").domains == ("Text Processing",)


def test_own_imports_are_no_evidence():
    imports = {"sqlite3": 9, "re": 2}
    assert label_domains([], imports, "x").domains == ("Database",)
    assert label_domains([], imports, "x", own={"sqlite3"}).domains == ()


def test_names_of_the_standard_library_are_no_projects():
    assert label_domains([], {}, "profile").domains == ()
    assert label_domains([], {}, "Beautiful.Soup4").domains == ()
    assert label_domains([], {}, "beautifulsoup4").domains == ("Text Processing",)
    assert label_domains([], {}, "Markdown_It-Py").domains == ("Text Processing",)


@given(
    st.dictionaries(st.sampled_from(sorted(domain_map().libraries)), st.integers(1, 50)),
    st.lists(st.sampled_from(sorted(domain_map().classifiers)), max_size=5),
    st.randoms(use_true_random=False),
)
def test_any_evidence_gives_domains_of_the_taxonomy_in_any_order(imports, classifiers, draw):
    label = label_domains(classifiers, imports, "x")
    assert set(label.domains) <= set(DOMAINS)
    assert len(set(label.domains)) == len(label.domains) <= 3
    assert list(label.shares) == sorted(label.shares, reverse=True)
    shuffled = draw.sample(list(imports.items()), len(imports))
    mixed = draw.sample(classifiers, len(classifiers))
    assert label_domains(mixed, dict(shuffled), "x") == label


NETWORK = label_domains(["Topic :: Internet"], {"socket": 5}, "net")


@pytest.mark.parametrize(
    ("imports", "module", "domains"),
    [
        (["os"], "net.util", ("Internet",)),
        (["sqlite3"], "net.store", ("Internet", "Database")),
        (["sqlalchemy"], "net.store", ("Database", "Internet")),
        (["aiohttp", "sqlite3"], "net.cache", ("Internet",)),
        (["re", "textwrap"], "net.text", ("Internet",)),
        (["net"], "net.__main__", ("Internet",)),
    ],
)
def test_a_file_refines_its_repository(imports, module, domains):
    assert label_sample(NETWORK, imports, module, "net/x").domains == domains


def test_evidence_of_a_file():
    label = label_sample(NETWORK, ["sqlite3"], "net.store", "net/x")
    assert label.evidence == ("Internet: its repository", "Database: imports sqlite3")


@pytest.mark.parametrize(
    ("module", "imports", "main"),
    [
        ("email.message", ["email", "re"], "Communications"),
        ("smtplib", ["email", "socket", "ssl"], "Communications"),
        ("statistics", ["math", "random"], "Scientific Engineering"),
        ("json.decoder", ["re"], "Text Processing"),
        ("heapq", [], "Utilities"),
        ("hmac", ["hashlib"], "Security"),
        ("wave", ["struct"], "Multimedia"),
        ("sqlite3.dump", [], "Database"),
        ("http.client", ["email", "socket", "ssl"], "Internet"),
        ("subprocess", ["signal", "threading"], "System"),
        ("dis", ["opcode"], "Software Development"),
        ("__future__", [], None),
    ],
)
def test_files_of_the_standard_library_are_told_apart(module, imports, main):
    own = {"email", "smtplib", "hashlib", "signal", "opcode", "math"}
    label = label_sample(DomainLabel(), imports, module, "stdlib/x", own=own)
    assert label.domains[:1] == (() if main is None else (main,))


def test_what_a_repository_consists_of_is_no_evidence_in_its_files():
    told = label_sample(NETWORK, ["sqlalchemy"], "net.x", "net/x", own={"sqlalchemy"})
    assert told.domains == ("Internet",)


def test_corrections_win():
    given_ = Corrections({"net": ("Security", "System"), "net/net.f": ("Utilities",), "odd": ()})
    repository = label_domains(["Topic :: Internet"], {}, "net", given_)
    assert repository.domains == ("Security", "System")
    assert repository.evidence == ("correction",)
    assert label_sample(repository, ["numpy"], "net.a", "net/net.a", given_) == repository
    assert label_sample(repository, [], "net", "net/net.f", given_).domains == ("Utilities",)
    assert label_domains(["Topic :: Internet"], {}, "odd", given_).domains == ()
    assert label_sample(NETWORK, [], "net", "net/net.f", given_).evidence == ("correction",)


def test_corrections_are_read_from_toml_and_csv(tmp_path):
    wanted = {"requests": ("Internet",), "a/a.f": ("System", "Security"), "b": ()}
    toml = tmp_path / "c.toml"
    toml.write_text('requests = ["Internet"]\n"a/a.f" = ["System", "Security"]\nb = []\n')
    table = tmp_path / "c.csv"
    table.write_bytes(
        '\ufeffid,domains\r\nrequests,Internet\r\n\r\na/a.f," System ;Security"\r\nb,\r\n'.encode()
    )
    for path in (toml, table):
        assert load_corrections(path).domains == wanted


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("c.toml", 'a = ["Databases"]', ("Databases", "did you mean Database?")),
        ("c.toml", 'a = "Database"', ("another form", "CSV")),
        ("c.toml", "a/b = []", ("not TOML", "in quotes")),
        ("c.csv", "id,domains\na,Database\na,System\n", ("twice", "line 3")),
        ("c.csv", "id,domains\n\na,Data\n", ("'Data'", "line 3")),
        ("c.csv", "name,domain\na,System\n", ("header", "name, domain", "line 1")),
        ("c.csv", "", ("header", "nothing")),
        ("c.csv", "id,domains\na,System,Security\n", ("another form", "line 2", "parted by ;")),
        ("c.csv", "id,domains\n,System\n", ("another form", "line 2")),
    ],
)
def test_wrong_corrections_are_named(tmp_path, name, text, words):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(DataError) as raised:
        load_corrections(path)
    for word in (*words, str(path)):
        assert word in str(raised.value)


def test_corrections_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        load_corrections(tmp_path / "none.toml")
    (tmp_path / "latin.csv").write_bytes(b"id,domains\n\xe9,System\n")
    with pytest.raises(DataError, match="UTF-8"):
        load_corrections(tmp_path / "latin.csv")


def test_corrections_that_match_nothing_are_named(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text('request = ["Internet"]\nflask = ["Internet"]\n')
    known = {"requests", "flask", "flask/flask.app.run"}
    with pytest.raises(DataError) as raised:
        load_corrections(path).check(known)
    assert "'request'" in str(raised.value)
    assert "did you mean 'requests'?" in str(raised.value)
    assert "'flask'" not in str(raised.value).split("expected")[0]
    load_corrections(path).check(known | {"request"})


def test_the_map_holds_together():
    found = domain_map()
    assert len(found.libraries) > 1000
    for weights in [*found.classifiers.values(), *found.libraries.values()]:
        assert set(weights) <= set(DOMAINS)
    assert all(0 < w <= 4 for weights in found.classifiers.values() for w in weights.values())
    tiers = {tier for domains in found.libraries.values() for tier in domains.values()}
    assert tiers == {"strong", "fair", "weak", "named"}
    assert set(found.projects.values()) <= set(found.libraries)
    assert not {"os", "sys", "typing", "collections"} & {
        name for name, tiers in found.libraries.items() if set(tiers.values()) != {"named"}
    }
    here = {name for name in found.libraries if name in sys.stdlib_module_names}
    assert here <= found.standard <= set(found.libraries)


def test_every_beginning_is_that_of_a_real_classifier():
    known = pytest.importorskip("trove_classifiers").classifiers
    assert set(domain_map().classifiers) <= known

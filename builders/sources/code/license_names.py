"""What licences are called, and phrases that only their texts have."""

from __future__ import annotations

from typing import NamedTuple

BSD, GPL, LGPL, AGPL = "LicenseRef-BSD", "LicenseRef-GPL", "LicenseRef-LGPL", "LicenseRef-AGPL"
"""Families of licences, where nothing says which one it is."""

PUBLIC_DOMAIN = "LicenseRef-Public-Domain"
PROPRIETARY = "LicenseRef-Proprietary"

FAMILIES = {
    BSD: ("BSD-3-Clause", "BSD-2-Clause", "BSD-4-Clause", "0BSD"),
    GPL: ("GPL-2.0-only", "GPL-3.0-only"),
    LGPL: ("LGPL-2.0-only", "LGPL-2.1-only", "LGPL-3.0-only"),
    AGPL: ("AGPL-3.0-only",),
}

CLASSIFIERS = {
    "Academic Free License (AFL)": "AFL-3.0",
    "Apache Software License": "Apache-2.0",
    "Artistic License": "Artistic-2.0",
    "BSD License": BSD,
    "Blue Oak Model License (BlueOak-1.0.0)": "BlueOak-1.0.0",
    "Boost Software License 1.0 (BSL-1.0)": "BSL-1.0",
    "CC0 1.0 Universal (CC0 1.0) Public Domain Dedication": "CC0-1.0",
    "CEA CNRS Inria Logiciel Libre License, version 2.1 (CeCILL-2.1)": "CECILL-2.1",
    "CMU License (MIT-CMU)": "MIT-CMU",
    "Common Development and Distribution License 1.0 (CDDL-1.0)": "CDDL-1.0",
    "Eclipse Public License 1.0 (EPL-1.0)": "EPL-1.0",
    "Eclipse Public License 2.0 (EPL-2.0)": "EPL-2.0",
    "European Union Public Licence 1.1 (EUPL 1.1)": "EUPL-1.1",
    "European Union Public Licence 1.2 (EUPL 1.2)": "EUPL-1.2",
    "GNU Affero General Public License v3": "AGPL-3.0-only",
    "GNU Affero General Public License v3 or later (AGPLv3+)": "AGPL-3.0-or-later",
    "GNU General Public License (GPL)": GPL,
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "GNU Lesser General Public License v2 (LGPLv2)": "LGPL-2.0-only",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.0-or-later",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "GNU Library or Lesser General Public License (LGPL)": LGPL,
    "Historical Permission Notice and Disclaimer (HPND)": "HPND",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "Mozilla Public License 1.0 (MPL)": "MPL-1.0",
    "Mozilla Public License 1.1 (MPL 1.1)": "MPL-1.1",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Mulan Permissive Software License v2 (MulanPSL-2.0)": "MulanPSL-2.0",
    "Other/Proprietary License": PROPRIETARY,
    "PostgreSQL License": "PostgreSQL",
    "Public Domain": PUBLIC_DOMAIN,
    "Python License (CNRI Python License)": "CNRI-Python",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "Universal Permissive License (UPL)": "UPL-1.0",
    "University of Illinois/NCSA Open Source License": "NCSA",
    "W3C License": "W3C",
    "Zero-Clause BSD (0BSD)": "0BSD",
    "Zope Public License": "ZPL-2.1",
    "zlib/libpng License": "Zlib",
}
"""Last part of a trove classifier ``License :: …`` → SPDX identifier, or a family."""

NAMES = {
    "apache": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache2": "Apache-2.0",
    "apache v2": "Apache-2.0",
    "apache software": "Apache-2.0",
    "apache software 2": "Apache-2.0",
    "asl 2": "Apache-2.0",
    "bsd": BSD,
    "new bsd": "BSD-3-Clause",
    "modified bsd": "BSD-3-Clause",
    "revised bsd": "BSD-3-Clause",
    "bsd 3": "BSD-3-Clause",
    "3 clause bsd": "BSD-3-Clause",
    "bsd 3 clause": "BSD-3-Clause",
    "three clause bsd": "BSD-3-Clause",
    "simplified bsd": "BSD-2-Clause",
    "freebsd": "BSD-2-Clause",
    "bsd 2": "BSD-2-Clause",
    "2 clause bsd": "BSD-2-Clause",
    "bsd 2 clause": "BSD-2-Clause",
    "two clause bsd": "BSD-2-Clause",
    "zero clause bsd": "0BSD",
    "boost software 1": "BSL-1.0",
    "cc0": "CC0-1.0",
    "cc0 1": "CC0-1.0",
    "expat": "MIT",
    "mit": "MIT",
    "mit x11": "MIT",
    "isc": "ISC",
    "isc iscl": "ISC",
    "psf": "PSF-2.0",
    "psf 2": "PSF-2.0",
    "psfl": "PSF-2.0",
    "python software foundation": "PSF-2.0",
    "zpl": "ZPL-2.1",
    "zpl 2.1": "ZPL-2.1",
    "zlib": "Zlib",
    "zlib libpng": "Zlib",
    "unlicense": "Unlicense",
    "public domain": PUBLIC_DOMAIN,
    "proprietary": PROPRIETARY,
    "commercial": PROPRIETARY,
    "mpl": "MPL-2.0",
    "mpl 2": "MPL-2.0",
    "mozilla public 2": "MPL-2.0",
    "mozilla public 2 mpl": "MPL-2.0",
}
"""Free text, folded as ``licenses.fold_name`` does, → SPDX identifier, or a family."""

GNU = {
    "gpl": (GPL, {"2": "GPL-2.0", "3": "GPL-3.0"}),
    "lgpl": (LGPL, {"2": "LGPL-2.0", "2.1": "LGPL-2.1", "3": "LGPL-3.0"}),
    "agpl": (AGPL, {"3": "AGPL-3.0"}),
}
"""Licence of GNU → its family, and its versions."""


class Phrase(NamedTuple):
    """What the text of a licence has, and what it has not, in words without punctuation."""

    license: str
    has: tuple[str, ...]
    lacks: tuple[str, ...] = ()


_MIT = "permission is hereby granted free of charge to any person obtaining a copy of this software"
_MIT_NOTICE = "this permission notice shall be included in all copies"
_BSD = (
    "redistribution and use in source and binary forms with or without modification are permitted "
    "provided that the following conditions are met"
)
_ADVERTISING = "all advertising materials mentioning features"
_ENDORSE = "endorse or promote products derived from this software"
_HPND = "its documentation for any purpose and without fee is hereby granted provided that"
_ISC = "this software for any purpose with or without fee is hereby granted"

PHRASES = (
    Phrase("PSF-2.0", ("python software foundation license version 2",)),
    Phrase("MIT", (_MIT, _MIT_NOTICE)),
    Phrase("MIT-0", (_MIT,), (_MIT_NOTICE,)),
    Phrase("BSD-4-Clause", (_BSD, _ADVERTISING)),
    Phrase("BSD-3-Clause", (_BSD, _ENDORSE), (_ADVERTISING,)),
    Phrase("BSD-2-Clause", (_BSD,), (_ADVERTISING, _ENDORSE)),
    Phrase("Apache-2.0", ("apache license version 2 0 january 2004",)),
    Phrase(
        "Apache-2.0",
        ("licensed under the apache license version 2 0",),
        ("apache license version 2 0 january 2004",),
    ),
    Phrase("ISC", (_ISC, "provided that the above copyright notice and this permission notice")),
    Phrase("0BSD", (_ISC,), ("provided that the above copyright notice",)),
    Phrase(
        "HPND",
        (_HPND,),
    ),
    Phrase("Zlib", ("altered source versions must be plainly marked as such",)),
    Phrase(
        "Unlicense", ("this is free and unencumbered software released into the public domain",)
    ),
    Phrase("CC0-1.0", ("cc0 1 0 universal",)),
    Phrase("BSL-1.0", ("boost software license version 1 0",)),
    Phrase("MPL-2.0", ("mozilla public license version 2 0 1 definitions",)),
    Phrase(
        "MPL-2.0", ("subject to the terms of the mozilla public license v 2 0",), ("1 definitions",)
    ),
    Phrase("EPL-2.0", ("eclipse public license v 2 0",)),
    Phrase("GPL-2.0-only", ("gnu general public license version 2 june 1991",)),
    Phrase("GPL-3.0-only", ("gnu general public license version 3 29 june 2007",)),
    Phrase("LGPL-2.0-only", ("gnu library general public license version 2 june 1991",)),
    Phrase("LGPL-2.1-only", ("gnu lesser general public license version 2 1 february 1999",)),
    Phrase("LGPL-3.0-only", ("gnu lesser general public license version 3 29 june 2007",)),
    Phrase("AGPL-3.0-only", ("gnu affero general public license version 3 19 november 2007",)),
)
"""Texts do not say whether later versions will do, so the identifiers are those without them."""

PERMISSIVE = frozenset(
    {
        "0BSD",
        "AFL-3.0",
        "Apache-2.0",
        "BSD-1-Clause",
        "BSD-2-Clause",
        "BSD-2-Clause-Patent",
        "BSD-3-Clause",
        "BSD-3-Clause-Clear",
        "BSD-4-Clause",
        "BSL-1.0",
        "BlueOak-1.0.0",
        "CC0-1.0",
        "CNRI-Python",
        "HPND",
        "ISC",
        "Libpng",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "MulanPSL-2.0",
        "NCSA",
        "PSF-2.0",
        "PostgreSQL",
        "Python-2.0",
        "Python-2.0.1",
        "UPL-1.0",
        "Unlicense",
        "W3C",
        "WTFPL",
        "X11",
        "ZPL-2.1",
        "Zlib",
        "zlib-acknowledgement",
        BSD,
        PUBLIC_DOMAIN,
    }
)
"""Licences to use, change and pass on the code, with no duty but to name its makers."""

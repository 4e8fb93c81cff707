"""Licences as the Hub names them."""

from __future__ import annotations

import re

UNKNOWN = "unknown"

_NAMES = frozenset(  # as one text, which reads like the table it is from
    """
    apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0
    bigcode-openrail-m afl-3.0 artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear
    c-uda cc cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0
    cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0
    cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0 cdla-permissive-2.0 wtfpl
    ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1
    lgpl-3.0 isc lppl-1.3c ms-pl mpl-2.0 odc-by odbl openrail++ osl-3.0 postgresql ofl-1.1 ncsa
    unlicense zlib pddl lgpl-lr
    """.split()  # noqa: SIM905
)
"""Identifiers of https://huggingface.co/docs/hub/repositories-licenses that can be a data set's."""
_OTHERWISE = {
    "c-uda-1.0": "c-uda",
    "gpl-1.0": "gpl",
    "lgpl-2.0": "lgpl",
    "lgpllr": "lgpl-lr",
    "odbl-1.0": "odbl",
    "odc-by-1.0": "odc-by",
    "pddl-1.0": "pddl",
}
_VARIANT = re.compile(r"-(only|or-later)$|\+$")
_FREE_DOCUMENTATION = re.compile(r"gfdl-1\.[123](-(no-)?invariants)?")
_ODD = re.compile(r"[^a-z0-9.]+")


def hub_license(stated: str) -> dict[str, str]:
    """``license`` of a card, and ``license_name`` where the Hub has no identifier for it.

    Args:
        stated: SPDX identifier or expression, or the words of a source.
    """
    name = stated.strip().lower()
    name = name if name in _NAMES else _VARIANT.sub("", name)
    name = "gfdl" if _FREE_DOCUMENTATION.fullmatch(name) else _OTHERWISE.get(name, name)
    if name in _NAMES or name == UNKNOWN:
        return {"license": name}
    slug = _ODD.sub("-", stated.lower()).strip("-.")
    return {"license": "other", "license_name": slug or UNKNOWN}

"""``domainbench push``, ``pull`` and ``list``: parsing, and what they print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from domainbench import publishing
from domainbench.terminal import progress_for

if TYPE_CHECKING:
    from argparse import (
        ArgumentParser,
        Namespace,
        _SubParsersAction,  # pyright: ignore[reportPrivateUsage]
    )
    from collections.abc import Callable

    _Common = Callable[[ArgumentParser, Callable[[Namespace], int]], None]


def add_hub(verbs: _SubParsersAction[ArgumentParser], add_common: _Common) -> None:
    """Add the commands; ``add_common`` adds what every command has."""
    verb = verbs.add_parser("push", help="publish a release on the Hugging Face Hub")
    verb.add_argument("folder", metavar="DIR", help="release folder")
    verb.add_argument("repository", metavar="REPO_ID", help="OWNER/NAME; made if there is none")
    verb.add_argument(
        "--public", action="store_true", help="make the repository public (default: private)"
    )
    verb.add_argument("--dry-run", action="store_true", help="only show what would change")
    add_common(verb, _push)
    verb = verbs.add_parser("pull", help="fetch a release from the Hugging Face Hub")
    verb.add_argument(
        "source", metavar="REPO_ID[@VERSION]",
        help="OWNER/NAME and a version, tag, branch or commit (default: its latest version)",
    )  # fmt: skip
    verb.add_argument("-o", "--output", metavar="DIR", required=True, help="release folder to make")
    verb.add_argument("--overwrite", action="store_true", help="replace an existing release")
    add_common(verb, _pull)
    verb = verbs.add_parser("list", help="list releases below a folder, or versions on the Hub")
    verb.add_argument(
        "where", metavar="FOLDER | REPO_ID", nargs="?", default=".",
        help="folder (default: this one), or OWNER/NAME",
    )  # fmt: skip
    add_common(verb, _list)


def _push(args: Namespace) -> int:
    """``domainbench push``."""
    result = publishing.push(
        args.folder,
        args.repository,
        private=not args.public,
        dry_run=args.dry_run,
        progress=progress_for(quiet=args.json),
    )
    if args.json:
        _print_json(result.to_dict())
    else:
        from domainbench.cards.hub.table import print_push

        print_push(result)
    return 0


def _pull(args: Namespace) -> int:
    """``domainbench pull``."""
    release = publishing.pull(
        args.source,
        args.output,
        overwrite=args.overwrite,
        progress=progress_for(quiet=args.json),
    )
    if args.json:
        manifest = release.manifest.model_dump(mode="json")
        origin = release.origin and release.origin.model_dump(mode="json")
        _print_json({"path": str(release.path), "manifest": manifest, "origin": origin})
    else:
        from domainbench.cards.hub.table import print_pull

        print_pull(release)
    return 0


def _list(args: Namespace) -> int:
    """``domainbench list``."""
    found = publishing.list_releases(args.where)
    if args.json:
        _print_json([release.to_dict() for release in found])
    else:
        from domainbench.cards.hub.table import print_listing

        print_listing(found)
    return 0


def _print_json(payload: object) -> None:
    print(json.dumps(payload, indent=2, sort_keys=True, ensure_ascii=False))

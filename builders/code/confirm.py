"""Tests of candidates, found by running the suite and confirmed: the reference passes, a mutant fails."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ...programs.copies import private_copy
from ...programs.environments import Environment, current_environment, make_environment
from ...programs.isolation import available_isolation, demand
from ...programs.limits import Limits
from ...programs.splice import MUTANT, reference_body
from ...programs.tracing import trace_tests
from ...programs.trials import Arena, Trial, run_trials
from ...retrieval.cache import cache_folder
from ...schemas.errors import DataError
from ...schemas.manifest import EnvironmentEntry
from .spans import span_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...programs.sandbox import Isolation
    from ...schemas.progress import Progress
    from .harvest import Candidate
    from .options import CodeOptions


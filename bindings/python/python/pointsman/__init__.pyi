"""The policy engine of pointsman: decisions and dry runs over Arrow data."""

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import Any, Protocol, final

import pyarrow

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

ArrowData = _ArrowStream | _ArrowArray
"""Arrow data: a table, a record batch or a stream of batches, of any library."""

Columns = Mapping[str, str] | Sequence[str]
"""What is mapped: columns by the name of the fact or measure, ``{"tokens": "usage.input"}``, or ``NAME=COLUMN`` texts."""

class PolicyError(ValueError):
    """A policy that does not load; its text is all that was found, as ``pointsman check`` shows it."""

@final
class Policy:
    """A policy that loads."""

    @staticmethod
    def from_text(text: str, name: str = "text.policy") -> Policy:
        """Compiles a policy of one text; its name stands in what is said of it."""

    @staticmethod
    def from_texts(texts: Mapping[str, str]) -> Policy:
        """Compiles a policy of several texts by name, in this order."""

    @staticmethod
    def load(path: str | PathLike[str] | Sequence[str | PathLike[str]]) -> Policy:
        """Compiles a directory of policy files, a file or a list of files, as the command line does."""

    @property
    def hash(self) -> str:
        """The hash of the policy, as records and reports hold it."""

    @property
    def warnings(self) -> str:
        """What the compiler warns of, as text; empty where there is nothing."""

    def decide(self, data: ArrowData, map: Columns | None = None) -> Decisions:
        """Decides each row. Without a map each column is the fact of its name. What a row lacks has its default.

        Raises ``ValueError`` where the map or a column is not right; a row that cannot be read says why in ``unreadable``.
        """

@final
class Decisions:
    """Decisions as Arrow data, one row a request.

    The columns are ``route``, ``target`` (the first one), ``fallbacks``, ``guards`` (all that matched), ``max_tokens``
    (the cap that guards set), ``denied`` (the guard or route that denied, or the assumption that is broken), ``status``
    (of a denial), ``error`` (the code of a refusal that is no denial), ``skipped`` (targets that left the plan, with why)
    and ``unreadable``.
    """

    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The decisions as a stream of Arrow data."""

    def __arrow_c_schema__(self) -> object:
        """The types of the columns."""

    def to_pyarrow(self) -> pyarrow.Table:
        """The decisions as a ``pyarrow.Table``."""

@final
class Replay:
    """A dry run: a policy tried on recorded rows, against another one or against what was recorded."""

    def __init__(
        self,
        policy: Policy,
        *,
        baseline: Policy | None = None,
        map: Columns | None = None,
        importer: str | None = None,
        sources: Sequence[str] | None = None,
        outcomes: Sequence[str] = ...,
        failing: Sequence[str] = ...,
        outages: Sequence[str] = ...,
    ) -> None:
        """Asks what ``pointsman replay`` asks.

        ``map``, ``importer`` (``--from``), ``outcomes``, ``failing`` and ``outages`` are as on the command line; ``sources``
        are the names of the inputs, as reports show them. Raises ``ValueError`` with one line for each thing that is wrong.
        """

    @property
    def sources(self) -> list[str]:
        """The names of the inputs, in their order."""

    def run(self, shard: str = "1/1") -> Run:
        """Begins a run of one shard, ``1/1`` for all rows."""

@final
class Run:
    """One shard of a dry run. It can be fed by several threads."""

    def add(
        self,
        data: ArrowData,
        *,
        source: str | None = None,
        first_line: int | None = None,
        place: tuple[str, str] | None = None,
    ) -> None:
        """Decides the rows and counts what comes of them.

        They are all of one source, by default the first one, and follow each other from ``first_line``, by default from
        where the source ended before; or each is of the source and the line, from 1, that stand in the two columns of
        ``place``. Rows of a ``ValueError`` are not counted.
        """

    def part(self) -> bytes:
        """The part of the shard, for :func:`merge` or for ``pointsman replay merge``."""

    def report(self) -> Report:
        """The report of the rows so far."""

@final
class Report:
    """What a dry run found."""

    def to_text(self) -> str:
        """The report for a terminal, without colour."""

    def to_json(self) -> str:
        """The report as JSON text."""

    def to_markdown(self) -> str:
        """The report in Markdown, for a pull request."""

    def to_html(self) -> str:
        """The report as one HTML page that asks the network for nothing."""

    def to_dict(self) -> dict[str, Any]:
        """The report as a dictionary, as its JSON is."""

def merge(parts: Iterable[bytes | str]) -> Report:
    """Merges the parts of all shards, in any order, to the report of the whole."""

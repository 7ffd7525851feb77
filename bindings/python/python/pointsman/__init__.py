"""The policy engine of pointsman: decisions and dry runs over Arrow data.

Data comes in from whatever speaks the Arrow PyCapsule interface (pyarrow, DuckDB, Polars, pandas, what Spark hands to
``mapInArrow``), and decisions go out the same way.
"""

from ._pointsman import Decisions, Policy, PolicyError, Replay, Report, Run, merge

__all__ = ["Decisions", "Policy", "PolicyError", "Replay", "Report", "Run", "merge"]

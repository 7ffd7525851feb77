"""A dry run on a Spark cluster of this machine, held against the command line's over the same files.

    python bindings/python/examples/spark.py --pointsman target/debug/pointsman [--records 2000000] [--files 4]

Starts a standalone master and two workers on loopback from the `pyspark` package (Java has to be there), writes Parquet
files of made-up calls, replays them with `mapInArrow`, merges the parts on the driver, and ends with 1 where the report
is not the command line's to the byte. The package `pointsman` has to be installed beside `pyspark` and `pyarrow`.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyspark
from pyspark.sql import SparkSession
from pyspark.sql import functions as sf

import pointsman

CATALOG = """
provider local { protocol openai url "http://localhost:8000/v1" }
model large { provider local price input $2.50 output $10 }
model small { provider local price input $0.15 output $0.60 }
"""
OLD = CATALOG + "route default { target large fallback small }"
NEW = (
    CATALOG
    + """
route batch { when "batch" in tags && now.getHours() < 20 target small fallback large }
route t1 { when tenant.startsWith("t1") target split by request { small 60% large 40% } }
route short { when tokens < 1000 target small }
route default { target large fallback small }
"""
)
MAP = {"now": "ts", "tenant": "team", "tokens": "usage.input", "output": "usage.output", "tags": "tags"}

# How long the cluster may take to come up, in seconds.
PATIENCE = 120


def rows(begin, end):
    """Calls of these numbers."""
    numbers = range(begin, end)
    usage = [{"input": n * 7919 % 6000, "output": None if n % 11 == 0 else n * 31 % 900} for n in numbers]
    return pa.table(
        {
            "ts": pa.array([1_763_640_000_000_000 + n * 1_500_001 for n in numbers], pa.timestamp("us", "UTC")),
            "team": [None if n % 7 == 0 else f"t{n % 40}" for n in numbers],
            "usage": usage,
            "tags": [None if n % 5 == 0 else ["batch", "x"][: n % 3] for n in numbers],
        }
    )


def write(folder, files, records):
    """Writes the files; their names."""
    names = [f"calls-{number}.parquet" for number in range(files)]
    each = records // files
    for number, name in enumerate(names):
        with pq.ParquetWriter(folder / name, rows(0, 12).schema) as writer:
            for begin in range(number * each, (number + 1) * each, 100_000):
                writer.write_table(rows(begin, min(begin + 100_000, (number + 1) * each)))
    return names


class Cluster:
    """A master and two workers, each a process of its own on loopback, ended by their own ids."""

    def __init__(self, folder):
        self.folder = folder
        self.processes = []

    def start(self, name, *arguments):
        log = self.folder / f"{name}.log"
        program = Path(pyspark.__file__).parent / "bin" / "spark-class"
        settings = {
            **os.environ,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_WORKER_DIR": str(self.folder / name),
        }
        with open(log, "w") as out:
            self.processes.append(subprocess.Popen([program, *arguments], stdout=out, stderr=out, env=settings))
        return log

    def said(self, log, pattern):
        """What stands in a log, once it does."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := re.search(pattern, log.read_text()):
                return found
            time.sleep(0.2)
        raise SystemExit(f"the cluster does not come up:\n{log.read_text()}")

    def __enter__(self):
        classes = "org.apache.spark.deploy"
        master = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
        log = self.start("master", f"{classes}.master.Master", *master)
        self.url = self.said(log, r"Starting Spark master at (spark://\S+)").group(1)
        for number in (1, 2):
            worker = ["--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0", self.url]
            worker_log = self.start(f"worker-{number}", f"{classes}.worker.Worker", *worker)
            self.said(worker_log, r"Successfully registered with master")
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(timeout=PATIENCE)


def replayed(spark, folder, names):
    """The report of a dry run on the cluster; of each part how many rows it is of and where it was made."""
    read = spark.read.parquet(*[str(folder / name) for name in names])
    placed = read.select(
        *["ts", "team", "usage", "tags"],
        sf.col("_metadata.file_name").alias("file"),
        (sf.col("_metadata.row_index") + 1).alias("line"),
    )
    partitions = placed.rdd.getNumPartitions()

    def decide(batches):
        from pyspark import TaskContext

        number = TaskContext.get().partitionId() + 1
        # The names are those by which the command line knows them.
        new, old = pointsman.Policy.from_text(NEW, "new.policy"), pointsman.Policy.from_text(OLD, "old.policy")
        run = pointsman.Replay(new, baseline=old, map=MAP, sources=names).run(f"{number}/{partitions}")
        count = 0
        for batch in batches:
            run.add(batch, place=("file", "line"))
            count += batch.num_rows
        yield pa.RecordBatch.from_pydict({"part": [run.part()], "rows": [count], "folder": [os.getcwd()]})

    parts = placed.mapInArrow(decide, "part binary, rows long, folder string").collect()
    report = pointsman.merge(bytes(row.part) for row in parts)
    return report, [(row.rows, Path(row.folder).relative_to(folder).parts[0]) for row in parts]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pointsman", required=True, type=Path)
    parser.add_argument("--records", type=int, default=2_000_000)
    parser.add_argument("--files", type=int, default=4)
    arguments = parser.parse_args()
    program = arguments.pointsman.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "old.policy").write_text(OLD)
        (folder / "new.policy").write_text(NEW)
        names = write(folder, arguments.files, arguments.records)
        # What the workers run Python with: the driver tells them.
        os.environ["PYSPARK_PYTHON"] = sys.executable
        with Cluster(folder) as cluster:
            builder = SparkSession.builder.master(cluster.url).appName("pointsman")
            for key, value in {
                "spark.driver.host": "127.0.0.1",
                "spark.driver.bindAddress": "127.0.0.1",
                "spark.ui.enabled": "false",
                "spark.sql.session.timeZone": "UTC",
                "spark.executor.memory": "512m",
                "spark.executor.cores": "1",
                # Small files are to be several partitions too.
                "spark.sql.files.maxPartitionBytes": str(4 << 20),
            }.items():
                builder = builder.config(key, value)
            spark = builder.getOrCreate()
            begun = time.monotonic()
            report, parts = replayed(spark, folder, names)
            took = time.monotonic() - begun
            spark.stop()
        mapped = [text for name, column in MAP.items() for text in ("--map", f"{name}={column}")]
        policies = ["--policy", "new.policy", "--baseline", "old.policy"]
        command = [program, "replay", *names, *policies, *mapped, "--format", "json"]
        said = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    for worker in sorted({worker for _, worker in parts}):
        own = [rows for rows, of in parts if of == worker]
        print(f"{worker}: {len(own)} parts of {sum(own)} records")
    records = sum(rows for rows, _ in parts)
    print(f"{records} records in {took:.1f} s, the start of the executors included")
    print(report.to_text().split("transitions")[0])
    same = report.to_json().rstrip("\n") == said.rstrip("\n")
    print("the report is the command line's, byte for byte" if same else "the report is NOT the command line's")
    return 0 if same and records == arguments.records // arguments.files * arguments.files else 1


if __name__ == "__main__":
    sys.exit(main())

"""A process that has a Ray cluster on loopback and runs datasets on it, as told on standard input.

Ray warns and connects as it likes; here that is no matter of the tests' own process. Each line is a request:
rows and options of ``extract_dataset``; each answer a line with the rows that came out, or an error.
"""

import json
import sys
from typing import Any

from extractor.distributed import extract_dataset
from extractor.distributed.cluster import load_ray

CPUS = 4
STORE = 80 * 2**20
"""Bytes of the object store; the smallest that Ray takes is near."""


def main(folder: str) -> None:
    """Serve until standard input ends; the first line out is the cluster's address.

    Args:
        folder: of Ray's own files; its path is short, as those of sockets have to be.
    """
    answers, sys.stdout = sys.stdout, sys.stderr
    ray, data = load_ray(), load_ray("ray.data")
    ray.init(
        num_cpus=CPUS,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="error",
        object_store_memory=STORE,
        _node_ip_address="127.0.0.1",
        _temp_dir=folder,
    )
    data.DataContext.get_current().enable_progress_bars = False
    try:
        print(json.dumps(ray.get_runtime_context().gcs_address), file=answers, flush=True)
        for line in sys.stdin:
            print(json.dumps(_answer(data, json.loads(line))), file=answers, flush=True)
    finally:
        ray.shutdown()


def _answer(data: Any, asked: Any) -> Any:
    try:
        blocks = data.from_items(asked["rows"], override_num_blocks=asked.pop("blocks", 4))
        dataset: Any = extract_dataset(blocks, **asked["options"])
        return {"rows": dataset.take_all()}
    except Exception as error:  # noqa: BLE001 - told to the test
        return {"error": str(error)}


if __name__ == "__main__":
    main(sys.argv[1])

"""A folder into one file of results; only what the outlet keeps its distance from is printed."""

import json
from pathlib import Path

from extractor import Extraction, Extractor

with Extractor(replay="golden") as extractor:
    print(extractor.extract_folder("examples/articles", out="out").statuses)
for line in Path("out/extractions.jsonl").read_text(encoding="utf-8").splitlines():
    for claim in Extraction.model_validate(json.loads(line)).claims:
        if any(assertion.hearsay for assertion in claim.assertions):
            print(claim.text)

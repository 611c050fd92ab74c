"""Who says what. Without ``replay``, and with OPENAI_API_KEY and EXTRACTOR_MODEL set, a model is asked."""

from pathlib import Path

from extractor import extract, read_article

result = extract(read_article(Path("examples/articles/000_791b76ca8c774dff.txt")), replay="golden")
for claim in result.claims:
    for assertion in claim.assertions:
        print(claim.id, assertion.stance, assertion.certainty, claim.text)
        for hop in assertion.chain:
            print("    ", result.source(hop).name, hop.relation, hop.source_span, hop.cue_span)

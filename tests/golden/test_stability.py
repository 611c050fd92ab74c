"""How many samples of the replies hold each claim and hop."""

import shutil
from pathlib import Path

import pytest
from doubles.port import ATTRIBUTION, CLAIMS, SAYINGS, SOURCES
from doubles.recorded import Data, edit_exchange, edit_reply, port_case, record, seed_case
from doubles.scripted import claim

from extractor import extract
from extractor.errors import ReplyMissing
from extractor.golden.cases import Case
from extractor.golden.checking import check_case
from extractor.golden.stability import ClaimShare, HopShare, stability
from extractor.models.recordings import find_recordings
from extractor.models.replay import Replay


def lose_hop(reply: Data) -> None:
    """The first chain without the New York Times."""
    del reply["sayings"][0]["chain"][0]


@pytest.fixture
def seed(golden: Path, tmp_path: Path) -> Case:
    return seed_case(golden, tmp_path / "cases" / "seed")


def sample(case: Case, number: int) -> Case:
    """A further sample with the same replies."""
    again = case.at(number)
    shutil.copytree(case.replies, again.replies)
    return again


def test_a_case_has_as_many_samples_as_folders_of_replies_in_the_order_of_numbers(seed: Case) -> None:
    for number in (10, 2):
        sample(seed, number)
    (seed.folder / "samples" / "notes").mkdir()
    assert [(each.sample, each.name) for each in seed.samples()] == [
        (1, "seed"),
        (2, "seed sample 2"),
        (10, "seed sample 10"),
    ]
    assert seed.at(2).at(1) == seed


def test_one_sample_holds_all_it_holds(seed: Case) -> None:
    found = stability(seed)
    assert (found.case, found.samples, len(found.claims)) == ("seed", 1, 16)
    assert {each.held for each in found.claims} == {1}
    assert next(found.lines()) == "seed: 1 samples; 16 of 16 claims and 19 of 19 hops in all of them"


def test_equal_samples_are_steady_in_everything(seed: Case) -> None:
    sample(seed, 2)
    assert (
        next(stability(seed).lines()) == "seed: 2 samples; 16 of 16 claims and 19 of 19 hops in all of them"
    )


def test_a_hop_counts_for_the_samples_that_have_it_at_that_place(seed: Case) -> None:
    edit_reply(sample(seed, 2), "attribution", lose_hop)
    found = stability(seed)
    assert found.claims[0].held == 2
    assert found.claims[0].hops == (
        HopShare(1, "New York Times", 1),
        HopShare(1, "services de renseignement américains", 1),
        HopShare(2, "services de renseignement américains", 1),
    )
    assert list(found.lines())[:6] == [
        "seed: 2 samples; 16 of 16 claims and 17 of 20 hops in all of them",
        "  100 %  Moscou achète des millions d’obus d’artillerie et de roquettes à la Corée du Nord.",
        "         50 %  hop 1: New York Times",
        "         50 %  hop 1: services de renseignement américains",
        "         50 %  hop 2: services de renseignement américains",
        "  100 %  L’armée russe a commencé à utiliser des drones de fabrication iranienne.",
    ]


def test_a_source_that_a_sample_calls_otherwise_is_the_same_source(seed: Case) -> None:
    def rename(reply: Data) -> None:
        reply["sources"][3]["name"] = "responsable"

    edit_reply(sample(seed, 2), "attribution", rename)
    assert seed.at(2).replay().sources[3].name == "responsable"
    assert stability(seed).claims[2].hops == (HopShare(1, "fonctionnaire", 2),)


def test_a_claim_that_one_sample_alone_has_is_counted_for_it(tmp_path: Path) -> None:
    case = port_case(tmp_path / "port")
    ships, other = CLAIMS["claims"][0], claim("Quelqu’un a parlé.", (2, "a dit la ministre"))
    attributions = [{**SAYINGS[2], "assertions": [assertion]} for assertion in ("c1.1", "c2.1")]
    for number, count in ((2, 2), (3, 1)):
        record(
            case.at(number),
            claims={"claims": [ships, other][:count]},
            attribution={"sources": SOURCES, "sayings": attributions[:count]},
        )
    shares = [(each.text, each.held) for each in stability(case).claims]
    assert shares == [("Le port rouvre lundi.", 1), ("Il y a 40 navires.", 3), ("Quelqu’un a parlé.", 1)]


def test_a_place_that_one_sample_alone_has_for_a_claim_has_hops_of_its_own(tmp_path: Path) -> None:
    case = port_case(tmp_path / "port")
    more = CLAIMS["claims"][1]
    fewer = {**more, "assertions": more["assertions"][:1]}
    attribution = {**ATTRIBUTION, "sayings": [SAYINGS[0], SAYINGS[2]]}
    for number in (2, 3):
        shutil.copytree(case.replies, case.at(number).replies)
    shutil.rmtree(case.replies)
    record(case, claims={"claims": [CLAIMS["claims"][0], fewer]}, attribution=attribution)
    assert stability(case).claims[0] == ClaimShare(
        "Le port rouvre lundi.",
        3,
        (HopShare(1, "l’Écho", 3), HopShare(2, "Anne Roux", 3), HopShare(1, "maire", 2)),
    )


def test_a_sample_that_lacks_a_reply_is_not_measured(seed: Case) -> None:
    again = sample(seed, 2)
    next(again.replies.glob("attribution-*")).unlink()
    with pytest.raises(ReplyMissing, match="attribution@v2"):
        stability(seed)
    shutil.rmtree(again.replies)
    assert stability(seed).samples == 1


def test_a_folder_of_cases_replays_the_first_sample_alone(seed: Case) -> None:
    again = sample(seed, 2)
    edit_reply(again, "attribution", lose_hop)
    assert check_case(seed).passed
    assert not check_case(again).passed
    edit_exchange(again, "attribution", lambda data: data["request"].update(model="other"))
    folder = seed.folder.parent
    assert Replay(folder).model_name() == "external-llm"
    assert extract(seed.article, replay=folder).claims[0].assertions[0].chain[0].source == "s1"
    assert find_recordings(folder) == find_recordings(seed.replies)
    next(seed.replies.glob("claims-*")).unlink()
    with pytest.raises(ReplyMissing):
        extract(seed.article, replay=folder)

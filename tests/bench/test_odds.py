"""The evaluation of odds asks the real assistant: a core that errs is right again once the library is a witness."""

import numpy as np

from bench.quality.odds import MATCHING, QUESTION, SCENARIOS, VIDEOS, DrawnLibrary, ErringCore, NoBoxes, evaluate


def test_matches_are_found_and_what_is_absent_is_mostly_denied() -> None:
    report = evaluate(seed=7, size=12)
    figures = report["figures"]
    assert figures["odds.found"] >= 0.8
    assert figures["odds.false_yes"] <= 0.45, "the worst of five scenarios of twelve"
    assert min(value for name, value in figures.items() if "core_alone" in name) > 0.7
    assert figures["odds.found"] == min(figures[f"odds.found.{scenario.name}"] for scenario in SCENARIOS)
    assert report["settings"]["keyframes"] == 3600


def test_the_assistant_cites_a_frame_that_matches() -> None:
    from assistant.agent import Assistant

    rng = np.random.default_rng(3)
    library = DrawnLibrary()
    library.draw(SCENARIOS[0], MATCHING[1], rng)
    core = ErringCore(library)
    core.draw(rng)
    reply = Assistant(library, library, core, NoBoxes()).ask(QUESTION, thread_id="t")
    assert reply.short == "yes"
    assert reply.read_as["kind"] == "yes_no"
    cited = {
        library.position(keyframe)
        for evidence in reply.evidence
        for keyframe in library.keyframes(
            evidence.moment.video_id, evidence.moment.start_seconds, evidence.moment.end_seconds
        )
    }
    assert cited & set(library.matches.tolist())
    assert len(library.videos()) == VIDEOS

import pytest

from assistant.models.speech.guards import HearingOptions, Segment, rejection


@pytest.mark.parametrize(
    ("segment", "previous", "reason"),
    [
        (Segment("The storm is near.", -0.3, 0.1, 1.2), "", None),
        (Segment("The storm is near.", -0.8, 0.1, 1.2), "", "unclear"),
        (Segment("The storm is near.", -0.3, 0.5, 1.2), "", "no speech"),
        (Segment("so on and so on and so on and so on", -0.3, 0.1, 4.0), "", "repetition"),
        (Segment("The storm is near.", -0.3, 0.1, 1.2), "the storm is NEAR", "repetition"),
        (Segment(" Thank you. ", -0.1, 0.0, 0.6), "", "known invention"),
        (Segment("Thank you for the loan.", -0.1, 0.0, 0.8), "", None),
        (Segment(" ... ", -0.1, 0.0, 0.8), "", "no words"),
    ],
)
def test_only_sure_speech_is_evidence(segment: Segment, previous: str, reason: str | None) -> None:
    assert rejection(segment, previous, HearingOptions()) == reason

"""Profiles and named checkpoints as data, and what the command line says of them."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.agent import Reply
from assistant.commands.output import reply_lines
from assistant.models.hub.catalogue import BY_NAME
from assistant.session import Session
from assistant.settings import PROFILES, Settings
from tests.command import run
from tools.errors import VideoAssistantError
from tools.types import Evidence, Moment

LAYOUTS = Path(__file__).parents[1] / "models" / "layouts"


@pytest.fixture(autouse=True)
def _own_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDEO_ASSISTANT_MODELS", str(tmp_path / "models"))


@pytest.mark.parametrize("name", ["standard", "multilingual"])
def test_every_role_of_an_official_profile_is_in_the_catalogue(name: str, tmp_path) -> None:
    rows = run(tmp_path / "library", "--profile", name, "models", "--json")
    official = [row for row in rows if "limits" in row]
    assert {row["role"] for row in official} == {
        "core",
        "retrieval",
        "matching",
        "grounding",
        "translation",
        "on-screen text",
        "speech",
    }
    assert all(row["licence"] and row["limits"] and row["disk_gb"] and row["memory_gb"] for row in official)
    assert not any(row["there"] for row in official)


def test_the_official_clip_alone_reads_no_vietnamese() -> None:
    assert {name for name, profile in PROFILES.items() if "vi" not in profile.languages} == {"standard"}


@pytest.mark.parametrize("name", [checkpoint.name for checkpoint in BY_NAME.values() if checkpoint.role == "core"])
def test_every_core_can_be_chosen_by_name(name: str) -> None:
    chosen = Settings(core=name).chosen
    assert chosen.core == BY_NAME[name].hub_id
    assert chosen.precision == "int8"
    assert Settings(core=name).chat_model is None
    assert Settings(core=name, precision="nf4").chosen.precision == "nf4"


def test_a_chat_model_is_no_checkpoint() -> None:
    settings = Settings(core="ollama:qwen3")
    assert settings.chat_model == "ollama:qwen3"
    assert settings.chosen.core == PROFILES["pocket"].core


@pytest.mark.parametrize("options", [{"core": "bogus"}, {"retrieval": "instructblip-vicuna-7b"}])
def test_an_unknown_name_lists_those_there_are(options: dict[str, str]) -> None:
    with pytest.raises(VideoAssistantError, match="those are") as caught:
        _ = Settings(**options).chosen
    assert "\n" not in str(caught.value)


def test_a_core_of_a_folder_answers_through_the_session(tmp_path) -> None:
    folder = Path(shutil.copytree(LAYOUTS / "blip2-opt-4-33", tmp_path / "mine"))
    session = Session(Settings(core=str(folder), library=tmp_path / "library"))
    assert session.blip.write("Question: what is it? Answer:")[0].confidence > 0
    session.close()


def test_models_that_are_missing_are_one_line_that_says_how_to_get_them(tmp_path) -> None:
    said = run(tmp_path / "library", "--profile", "standard", "find", "a red car", code=1).stderr
    assert "models pull retrieval" in said
    assert said.count("\n") == 1


def test_files_from_a_disk_make_a_role_there(tmp_path) -> None:
    arguments = ("--profile", "standard", "models")
    disk = str(LAYOUTS / "instructblip-t5-4-46")
    pulled = run(tmp_path / "library", *arguments, "pull", "core", "--from", disk, "--yes")
    assert "CC BY-NC 4.0" in pulled.stderr
    there = {row["role"]: row["there"] for row in run(tmp_path / "library", *arguments, "--json")}
    assert there["core"]
    assert not there["retrieval"]


def test_pulling_an_unknown_role_lists_the_roles(tmp_path) -> None:
    said = run(tmp_path / "library", "--profile", "standard", "models", "pull", "nothing", "--yes", code=1).stderr
    assert "core, retrieval" in said


def test_the_doctor_recommends_a_profile(tmp_path) -> None:
    (row,) = [row for row in run(tmp_path / "library", "doctor", "--json") if row["what"] == "profile"]
    assert row["ok"]
    assert row["found"].startswith(("pocket", "standard"))


def test_a_profile_whose_matching_model_is_missing_does_not_rerank(tmp_path) -> None:
    session = Session(Settings(profile="standard", library=tmp_path / "library"))
    assert session._reranker() is None
    shutil.copytree(LAYOUTS / "blip2-itm-4-46", session.store.folder(str(session.profile.matching)))
    assert session._reranker() is not None
    off = Session(Settings(profile="standard", library=tmp_path / "library", rerank_seconds=0))
    assert off._reranker() is None


def test_a_reply_that_cannot_tell_says_where_the_pocket_world_ends(tmp_path: Path) -> None:
    given = {"question": "q", "answer": "a", "spoken": "a", "confidence": 0.0, "conditions": (), "sequences": ()}
    near = Evidence(Moment("v", 1.0, 2.0), "look", 0.9)
    unknown = Reply(**{**given, "language": "en", "evidence": (near,), "steps": ()})
    pocket = Session(Settings(library=tmp_path))
    assert "--profile standard models pull" in pocket.domain_notice(unknown)
    assert pocket.domain_notice(replace(unknown, language="vi")).startswith("Mô hình bỏ túi")
    assert reply_lines(unknown, pocket.domain_notice(unknown))[1].strip() == pocket.domain_notice(unknown)
    answered, empty = replace(unknown, short="yes"), replace(unknown, evidence=())
    other = Session(Settings(library=tmp_path, core="instructblip-flan-t5-xl"))
    assert {pocket.domain_notice(answered), pocket.domain_notice(empty), other.domain_notice(unknown)} == {""}
    assert Session(Settings(library=tmp_path, profile="standard")).domain_notice(unknown) == ""


def test_a_curve_that_was_measured_is_not_passed_on_to_another_model(tmp_path) -> None:
    chosen = Settings(retrieval=str(tmp_path)).chosen
    assert not chosen.calibration.measured
    assert Settings().chosen.calibration.measured

"""Frames of the world and tasks about one frame, as every recipe that learns from pictures draws them."""

from __future__ import annotations

import random

import numpy as np
from numpy.typing import NDArray

import prompts
from training.common.models import IMAGE_SIZE
from training.language.noise import add_typo, rephrase
from training.language.unknown_things import unknown_thing_question, unknown_thing_statement
from training.world.episodes import SHOT_SECONDS
from training.world.out_of_distribution import OUT_OF_DISTRIBUTION, out_of_distribution_frame
from training.world.plots import sample_shot
from training.world.questions import UNKNOWN, sample_question, sample_statement
from training.world.render import model_frame
from training.world.scene import CROWD, Pairs, Scene, sample_scene

CAPTION_QUESTION = prompts.render("pocket/caption").lower()
UNKNOWN_SHARE = 0.08  # share of questions and statements that are about unknown things
# Scenes are drawn again up to three times until a person carries something: only one scene in six has such a person.
CARRIER_DRAWS = 3
Task = tuple[str, str, str]
"""The instruction for the Q-Former, the prompt for the T5, and the answer."""


def sample_task(scene: Scene, rng: random.Random) -> Task:
    """Draws a question or a statement about a scene, in words as people type them.

    About `OUT_OF_DISTRIBUTION` it draws a question of any scene, whose answer is then `UNKNOWN` or `no`.
    """
    asked_of = scene if scene is not OUT_OF_DISTRIBUTION else sample_scene(rng)
    if rng.random() < UNKNOWN_SHARE:
        return unknown_thing_task(rng)
    if rng.random() < 0.2:
        statement, is_true = sample_statement(asked_of, rng)
        answer = "yes" if is_true and scene is asked_of else "no"
        return statement, prompts.render("pocket/verify", statement=statement), answer
    question = sample_question(asked_of, rng)
    if question is None:
        raise ValueError("a scene always allows some question")
    text = add_typo(rephrase(question.text, rng), rng, share=0.04)
    return text, prompts.render("pocket/answer", question=text), question.answer if scene is asked_of else UNKNOWN


def unknown_thing_task(rng: random.Random) -> Task:
    """Draws a question or a statement about an unknown thing; the answer is `UNKNOWN` or `no` for every picture."""
    if rng.random() < 0.35:
        statement = unknown_thing_statement(rng)
        return statement, prompts.render("pocket/verify", statement=statement), "no"
    text = add_typo(rephrase(unknown_thing_question(rng), rng), rng, share=0.04)
    return text, prompts.render("pocket/answer", question=text), UNKNOWN


def sample_frame(rng: random.Random, pairs: Pairs = "all") -> tuple[Scene, NDArray[np.uint8]]:
    """Draws a scene and its picture; one in twelve is out of distribution, one in four is a frame of a clip."""
    draw = rng.random()
    if draw < 1 / 12:
        return OUT_OF_DISTRIBUTION, out_of_distribution_frame(rng, IMAGE_SIZE)
    if draw < 1 / 3:
        shot, at = sample_shot(rng, SHOT_SECONDS, pairs=pairs), rng.uniform(1.0, SHOT_SECONDS - 0.1)
        if len((truth := shot.truth(at)).actors) <= CROWD:
            return truth, model_frame(shot.scene(at), IMAGE_SIZE, rng)
    # Two frames in five show large actors: shapes are learnt much faster on them.
    scene = sample_scene(rng, pairs, zoom=rng.uniform(1.2, 1.8) if rng.random() < 0.4 else 1.0)
    for _ in range(CARRIER_DRAWS):
        if any(actor.carries for actor in scene.actors):
            break
        scene = sample_scene(rng, pairs)
    return scene, model_frame(scene, IMAGE_SIZE, rng)

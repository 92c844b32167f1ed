# Each target does its own set-up. Needs python3.11 or newer with venv and pip, and git.
# The first that runs and is new enough: a name on the PATH may be a shim of a version that is not switched on.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help demo test check format bench evaluate train train-gpu export docs lock clean

help:
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): requirements.lock pyproject.toml
	$(PYTHON) bootstrap.py
	@touch $@

demo: $(READY) ## index the bundled clips and open the chat
	$(BIN)/video-assistant demo

test: $(READY) ## run every test
	$(BIN)/pytest -q

check: $(READY) ## format, lint, types, import arrows
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.third_party --check

format: $(READY) ## put the code into the format that check wants
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## speed and scale, side by side with the plain alternative
	$(BIN)/video-assistant bench ingest
	$(BIN)/video-assistant bench find
	$(BIN)/video-assistant bench ask
	$(BIN)/video-assistant bench ground
	$(BIN)/video-assistant bench events --size 20000
	$(BIN)/video-assistant bench text
	$(BIN)/video-assistant bench screen
	$(BIN)/video-assistant bench serve

evaluate: $(READY) ## quality on held-out seeds
	$(BIN)/video-assistant evaluate pocket
	$(BIN)/video-assistant evaluate dialogues
	$(BIN)/video-assistant evaluate events
	$(BIN)/video-assistant evaluate grounding

# One thread for each process, and memory kept between steps: 17 % of the time went into giving it back and asking anew.
TRAIN = OMP_NUM_THREADS=1 MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=2147483648 MALLOC_TRIM_THRESHOLD_=8589934592 $(BIN)/python -m
POCKET = assistant/models/pocket
# `make train PAIRS=seen` leaves some pairs of colour and kind out of every picture: how well are they met unseen?
PAIRS ?= all
# Apart from the others' results: a training goes on from what lies in its folder. The T5 and the event timer see no picture.
RUNS = runs$(if $(filter seen,$(PAIRS)),/seen)

train: $(READY) ## train the pocket models from scratch (about eleven hours on two cores) and render the demo clips
	$(TRAIN) training.recipes.t5 --out runs/t5 --seconds 8700 --processes 2
	$(TRAIN) training.recipes.instructblip --t5 runs/t5 --out $(RUNS)/tower --seconds 20000 --lm-share 0.25 --processes 2 --pairs $(PAIRS)
	$(TRAIN) training.recipes.tuning --start $(RUNS)/tower --out $(RUNS)/instructblip --seconds 1200 --share 0.7 --processes 2 --pairs $(PAIRS)
	$(TRAIN) training.recipes.event_timer --t5 runs/t5 --out runs/event_timer --seconds 4600
	$(TRAIN) training.recipes.clip --vision $(RUNS)/instructblip --out $(RUNS)/clip --seconds 1200 --processes 2 --pairs $(PAIRS)
	$(TRAIN) training.recipes.matching --vision $(RUNS)/instructblip --out $(RUNS)/matching --seconds 1200 --processes 2 --pairs $(PAIRS)
	$(TRAIN) training.recipes.glip --out $(RUNS)/glip --seconds 4800 --processes 2 --pairs $(PAIRS)
	test $(PAIRS) = seen || $(MAKE) export

train-gpu: $(READY) ## let the shipped pocket models go on learning on one GPU (seven minutes)
ifeq ($(PAIRS),seen)
	$(BIN)/python -m training.recipes.train_parallel --scratch --pairs seen --start $(POCKET) --out $(RUNS) --seconds 640
else
	$(BIN)/python -m training.recipes.train_parallel --start $(POCKET) --out runs
	$(MAKE) export
endif

export: $(READY) ## write what was trained as the package ships it, and render the demo clips
	$(BIN)/python -m training.release.export runs/clip $(POCKET)/clip
	$(BIN)/python -m training.release.export runs/instructblip $(POCKET)/instructblip
	$(BIN)/python -m training.release.ood_detector $(POCKET)/instructblip
	test ! -d runs/event_timer || cp runs/event_timer/event_timer.safetensors $(POCKET)/instructblip
	$(BIN)/python -m training.release.export runs/matching $(POCKET)/matching --vision-of $(POCKET)/instructblip
	$(BIN)/python -m training.release.export runs/glip $(POCKET)/glip
	$(BIN)/python -m training.release.calibration $(POCKET)/clip
	$(BIN)/python -m training.release.clips --demo --out assistant/demo

docs: $(READY) ## write the tables of the README that are made from help texts and settings
	$(BIN)/python -m scripts.readme_tables

lock: ## resolve the ranges of pyproject.toml into the pinned, hashed lock (needs uv)
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate -o requirements.lock

clean: ## remove what the targets made
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist runs

# Everything a person needs: `make help`. Each target does its own set-up and repeats no finished work.
PYTHON ?= python3
APP := .venv/bin/python
# Tests of one file stay together: they share a guide that takes a while to start.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile
IN_RASA := $(APP) -m bot rasa-python
TRAINED_FROM := config.yml domain.yml $(shell find data knowledge/answers knowledge/vocabulary.yml bot/nlu bot/reading bot/encoder bot/guidance/answers.py -type f -not -name '*.pyc' 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help run test train check evaluate learning-curve bench attack lint setup model rasa-test coverage audit styles browser-test screenshots lighthouse

help: ## Show what there is to run
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: model ## Start the guide on http://127.0.0.1:8000 (PORT changes it); Ctrl-C stops it
	@$(APP) -m bot serve

setup: var/.setup ## Make the environments, the sentence encoders and the file of places (once)

var/.setup: requirements/app.lock requirements/rasa.lock requirements/encoder.lock bot/environments.py bot/encoder/setup.py bot/encoder/graph.py bot/encoder/outliers.json \
  requirements/small-encoder.lock requirements/places.lock bot/directory/records/places_setup.py knowledge/places.yml
	@$(PYTHON) bot/environments.py
	@$(APP) -m bot.encoder.setup
	@$(APP) -m bot.directory.records.places_setup
	@mkdir -p var && touch var/.setup

model: var/.trained

var/.trained: var/.setup $(TRAINED_FROM)
	@$(APP) -m bot train
	@touch var/.trained

train: setup ## Train the model now, whether or not something changed
	@$(APP) -m bot train
	@touch var/.trained

check: setup ## Check answers, sources, example questions and wording
	@$(APP) -m bot check

lint: setup ## Check style, formatting, types and the order of the rooms
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/mypy --config-file mypy-rasa.ini
	@.venv/bin/lint-imports

test: lint check model rasa-test ## Run every test that needs no browser and no outside service
	@$(IN_RASA) -m pytest tests/nlu tests/reading -q -rs
	@$(APP) -m pytest tests --ignore=tests/nlu --ignore=tests/browser -q -rs $(SIDE_BY_SIDE)

coverage: model ## How much of the code the tests run, in all and for each room (Rasa's side and other processes apart)
	@mkdir -p var/coverage
	@COVERAGE_FILE=var/coverage/data $(APP) -m pytest tests --ignore=tests/nlu --ignore=tests/browser -q $(SIDE_BY_SIDE) --cov --cov-report=
	@COVERAGE_FILE=var/coverage/data $(APP) -m tests.covered

audit: setup ## Which pinned packages have known weaknesses (needs the internet)
	@requirements/audit.sh

rasa-test: model ## Rasa's own checks: data validation and test conversations
	@$(IN_RASA) -m rasa data validate --max-history 3 --fail-on-warnings
	@$(IN_RASA) -m rasa test core --stories tests/conversations --model var/models --fail-on-prediction-errors --out var/rasa-test --no-plot

evaluate: model ## Ask the guide every measuring question; cross-validate; write docs/evaluation.md and var/
	@$(APP) -m bot evaluate
	@$(IN_RASA) -m bot.nlu.tools.cross_validate >> docs/evaluation.md
	@$(IN_RASA) -m rasa test nlu --cross-validation --folds 3 --nlu data/nlu --out var/rasa-nlu --no-plot

learning-curve: model ## Accuracy against examples per answer; writes docs/learning-curve.md
	@$(IN_RASA) -m bot.nlu.tools.learning_curve

bench: model ## Measure our pipeline against Rasa's stock pipeline, and the directory's search against plain queries
	@$(APP) -m bot.evaluation.speed.turns
	@$(APP) -m bot.evaluation.speed.search

attack: model ## Attack a guide of its own on loopback, print what held (some minutes)
	@$(APP) -m bot.evaluation.attack

styles: ## Build the stylesheets from styles/ (needs npm; their built form is committed)
	@mkdir -p var/styles && cp styles/package.json var/styles/
	@npm install --prefix var/styles --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error
	@var/styles/node_modules/.bin/sass --load-path=var/styles/node_modules --style=compressed --no-source-map --quiet-deps --no-charset \
	  styles/guide.scss:bot/gateway/static/guide.css styles/forms.scss:bot/gateway/static/forms.css

browser-test: model ## Test the pages in Debian's chromium: flows, keyboard, accessibility, embedding
	@$(APP) -m pytest tests/browser -q -rs $(SIDE_BY_SIDE)

screenshots: model ## Write docs/screenshots/ from the running guide, in chromium
	@$(APP) -m bot.evaluation.pages.screenshots

lighthouse: model ## Measure the running guide with Lighthouse (needs npm and chromium); writes the scores into docs/page.md
	@mkdir -p var/lighthouse && npm install --prefix var/lighthouse --no-package-lock --no-audit --no-fund --loglevel=error lighthouse@13
	@$(APP) -m bot.evaluation.pages.lighthouse

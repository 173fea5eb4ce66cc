"""Rasa's graph components of config.yml, in the order of the pipeline."""

"""Commands of Rasa's environment: training, measuring, explaining."""

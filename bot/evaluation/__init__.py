"""Measuring the guide: questions with known answers, asked through the chat API; and a benchmark against Rasa's stock pipeline."""

"""Understanding a message: Rasa graph components and the models behind them."""

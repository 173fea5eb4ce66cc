"""Finding records: reading the question, conditions, ranking, replies, gaps."""

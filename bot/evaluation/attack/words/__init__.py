"""What is written: texts made to cost much, personal details in odd forms, words that must not be kept."""

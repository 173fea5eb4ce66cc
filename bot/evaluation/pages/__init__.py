"""The pages in a browser: scores and pictures."""

"""Are the answers right? Questions with known answers, asked of the running guide."""

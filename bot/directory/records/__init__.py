"""Local Offer records as they are kept: models, cleaning, writing, places and taxonomy."""

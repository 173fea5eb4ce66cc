"""Local Offer records: services, groups and teams."""

"""What every page and address shares: bounds, origins, errors, assets, theme."""

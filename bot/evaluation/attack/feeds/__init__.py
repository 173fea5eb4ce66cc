"""What the publisher of a feed can do."""

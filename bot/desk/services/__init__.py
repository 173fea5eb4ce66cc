"""What the pages of the desk work with."""

"""The sentence encoders: setting them up, running them, and what is fitted to them."""

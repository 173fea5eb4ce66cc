"""Parts that fail while somebody needs help, and starts that must be refused."""

"""Who works at the desk: accounts, passwords, sessions, signing in, and the trail of what they did."""

"""How quick is it? Beside a peer, in one run."""

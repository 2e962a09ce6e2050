"""Parts of the live bus: what it shows and offers while its frames are past or can't be read."""

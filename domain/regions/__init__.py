"""Administrative divisions, addressed by their statistical code."""

"""Who did and saw what, when, why and from where."""

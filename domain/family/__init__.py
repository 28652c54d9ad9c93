"""Who in the family looks after an elder, and what the elder lets them see."""

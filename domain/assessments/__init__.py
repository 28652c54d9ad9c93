"""Ability assessments: the scale as data, its scoring, assessors and what they found."""

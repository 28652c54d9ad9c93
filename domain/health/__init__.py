"""The health record: diagnoses, allergies, medication, and what was measured."""

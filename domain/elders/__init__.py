"""The register of elders, their tags and their contacts."""

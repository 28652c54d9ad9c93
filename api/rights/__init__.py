"""Rights of the person in the schema and over HTTP."""

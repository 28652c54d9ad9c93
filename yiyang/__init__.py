"""The command: what starts what. Only here may the API and the devices meet."""

"""The demo district: made-up elders of 上城区 in its real communities, and those around them.

``load.load_district`` fills an empty database, ``cast.find_cast`` finds the demo's cast again.
"""

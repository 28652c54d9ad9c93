"""The demo district: made-up elders of 上城区 in its real communities, and those around them.

``load.load_district`` fills an empty database, ``cast.find_cast`` finds the demo's cast again.

What there is before anyone comes: ``addresses``, ``positions``, ``facilities``, ``beds``,
``menus``, ``staff``, ``volunteers``. Who comes, one elder after the other: ``people``. What is
done for each: ``services``, that is ``stays``, ``visits``, ``orders`` and ``cases``; how these are
stored: the ``…_records``. What visits have given: ``time_bank``. All of it becomes rows of
``columns`` under the keys of ``numbers``.
"""

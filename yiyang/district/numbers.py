"""Which numbers of keys belong to what. Each kind has room of its own, so that a key stays the
same however large the district is, and what has a day sorts by it."""

VENDOR = 0
STAFF = 16
ELDER = 4096
_PER_ELDER = 16
CONTACT, DEVICE, ELDER_ACCOUNT, RELATIVE, LINK, CONDITION, ASSESSMENT = 1, 4, 8, 9, 10, 11, 15
"""Of an elder's sixteen, the first number of each kind."""

# Enough for sixteen of each of sixteen million elders.
_BLOCK = 1 << 28
CENTRE, NURSING_HOME, COMMUNITY_STATION, CANTEEN, BED, DISH, VOLUNTEER, VISIT = (
    place * _BLOCK for place in range(1, 9)
)
SECOND_ROLE, ASSESSOR, DUE, STAY, CASE, ORDER, QUOTE, _ASSIGNMENT, _PERSON = (
    place * _BLOCK for place in (9, 10, 11, 16, 256, 512, 768, 1023, 1024)
)
LEDGER_ACCOUNT, LEDGER_TRANSFER, LEDGER_HOLD, _TAG = (place * _BLOCK for place in (12, 13, 14, 15))

_PER_KIND = 1 << 16
CERTIFICATE, TRAINING, CARE_ASSIGNMENT = (ASSESSOR + place * _PER_KIND for place in (1, 2, 3))
"""Of those who work here, who are far fewer."""

CASELOAD = ASSESSOR + _BLOCK // 2
PER_CASE = 4
"""The number of an advisor's case of an elder's; the three after it are for what is needed."""

# Behind the stays, of which there are some 2,200 days.
CONTACT_NOTE, SUGGESTIONS, APPLICATION, WINDOW = (place * _BLOCK for place in range(160, 164))
PER_CONTACTS, PER_SUGGESTIONS, PER_APPLICATIONS = 4, 8, 8
"""Of each elder: notes of contacts; a list of suggestions with its items; applications for beds,
and the beds that are kept for them."""
VISIT_APPLICATION, IMPORT, CO_MANAGER, CARE_CODE, HOUSEHOLD, MERGE, CALENDAR_LINK, POLICY = (
    WINDOW + place * _PER_KIND for place in range(1, 9)
)

# Behind the stations, of which there are no million.
AREA = COMMUNITY_STATION + (1 << 20)

PACKAGE = 1040 * _BLOCK
"""After the persons."""

_RECORD, _PER_RECORD = 1100 * _BLOCK, 1024

_PER_DAY = 1 << 24


def of_elder(index: int) -> int:
    """The number of an elder's key; the fifteen after it are for what belongs to the elder."""
    return ELDER + _PER_ELDER * index


def of_tags(index: int) -> int:
    """The first of sixteen numbers of the keys of an elder's tags."""
    return _TAG + _PER_ELDER * index


def of_assignment(index: int) -> int:
    """The number of the key of an elder's assignment to a place of care."""
    return _ASSIGNMENT + index


def of_record(index: int) -> int:
    """The first of the numbers of the keys of an elder's health record."""
    return _RECORD + _PER_RECORD * index


def of_person(account: int) -> int:
    """The number of the key of the person behind an account."""
    return _PERSON + account


def of_second_role(index: int) -> int:
    """The number of a further account of the family of an elder; after those of the register of
    volunteers, the first of whom plays."""
    return SECOND_ROLE + _PER_ELDER * index


def on_day(first: int, day: int, place: int) -> int:
    """A number that sorts by day.

    Parameters:
        first: where the kind begins.
        day: counted from the earliest that the kind has, 0 or more.
        place: among the day's, less than sixteen million.
    """
    return first + _PER_DAY * day + place

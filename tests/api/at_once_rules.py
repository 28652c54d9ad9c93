"""What is true of beds, visits and minutes between two steps, whoever came first."""


def _pairs(ways: str) -> set[tuple[str, str]]:
    lines = (line.split(":") for line in ways.strip().splitlines())
    return {(source.strip(), after) for source, targets in lines for after in targets.split()}


APPLICATIONS = _pairs("""
        DRAFT: SUBMITTED WITHDRAWN
        SUBMITTED: ASSESSING REJECTED WITHDRAWN
        ASSESSING: OFFERED WAITLISTED REJECTED WITHDRAWN
        WAITLISTED: OFFERED REJECTED WITHDRAWN
        OFFERED: ACCEPTED ADMITTED OFFER_EXPIRED WITHDRAWN
        OFFER_EXPIRED: WAITLISTED REJECTED WITHDRAWN
        ACCEPTED: ADMITTED WITHDRAWN
        ADMITTED: DISCHARGED
""")
"""Which state of an application may come after which, by the rules."""

VISITS = _pairs("""
        CLAIM: RELEASE CHECK_IN
        RELEASE: CLAIM
        CHECK_IN: CHECK_OUT
        CHECK_OUT: VERIFY REJECT
""")
"""The same of what is done with a visit, as far as it is done here."""

BROKEN = {
    "two at once in a bed, or in two": """
        SELECT count(*) FROM bed_stay AS one JOIN bed_stay AS other ON one.id < other.id
        WHERE one.state <> 'CLOSED' AND other.state <> 'CLOSED'
          AND daterange(one.starts_on, one.ends_on) && daterange(other.starts_on, other.ends_on)
          AND (one.bed_id = other.bed_id OR one.elder_id = other.elder_id
               AND one.state <> 'HELD' AND other.state <> 'HELD')""",
    "an application and its stay disagree": """
        SELECT count(*) FROM admission_application AS one
        LEFT JOIN bed_stay ON bed_stay.id = stay_id
        WHERE one.state = 'OFFERED' AND bed_stay.state IS DISTINCT FROM 'HELD'
           OR one.state = 'ACCEPTED' AND bed_stay.state IS DISTINCT FROM 'RESERVED'
           OR one.state = 'ADMITTED' AND bed_stay.state NOT IN ('OCCUPIED', 'ON_LEAVE')""",
    "one accepted and another still open": """
        SELECT count(*) FROM admission_application AS one
        JOIN admission_application AS other USING (elder_id)
        WHERE one.id <> other.id AND one.state IN ('ACCEPTED', 'ADMITTED')
          AND other.state NOT IN ('WITHDRAWN', 'REJECTED', 'DISCHARGED')""",
    "a volunteer at two places": """
        SELECT count(*) FROM visit_task AS one JOIN visit_task AS other
        ON one.id < other.id AND one.claimed_by = other.claimed_by
        WHERE one.state = 'CLAIMED' AND other.state = 'CLAIMED'
          AND tstzrange(one.scheduled_from, one.scheduled_to)
              && tstzrange(other.scheduled_from, other.scheduled_to)""",
}
"""What there must be none of, whatever came first."""

FITS = {
    "Offer": ("ASSESSING", "WAITLISTED"),
    "Accept": ("OFFERED",),
    "Admit": ("ACCEPTED",),
    "Withdraw": ("OFFERED", "ACCEPTED"),
    "Waitlist": ("ASSESSING", "OFFER_EXPIRED"),
    "Reject": ("WAITLISTED",),
    "Claim": ("OPEN",),
    "Release": ("CLAIMED",),
    "CheckIn": ("CLAIMED",),
    "CheckOut": ("CHECKED_IN",),
    "Verify": ("DONE",),
}
"""When somebody would ask for it."""

HOURS_AGO = {"CheckIn": 10, "CheckOut": 8, "Release": 0}
"""What phones say, at most so long ago."""

UNPAID = """
    SELECT count(*) FROM visit_task LEFT JOIN ledger_transfer
      ON ledger_transfer.visit_task_id = visit_task.id
    WHERE visit_task.id = ANY($1) AND (ledger_transfer.id IS NOT NULL) <> (
      visit_task.state = 'VERIFIED' AND checked_out_at - checked_in_at >= interval '30 minutes')"""
"""Visits that have no credit though they were verified and took half an hour, or the reverse."""

KNOWN = {
    "ALREADY_CLAIMED",
    "BED_UNAVAILABLE",
    "CONFLICT_OF_INTEREST",
    "ELDER_UNAVAILABLE",
    "HOLD_OVER",
    "ILLEGAL_TRANSITION",
    "INSUFFICIENT_BALANCE",
    "INVALID_INPUT",
    "NOT_FOUND",
    "TIMES_OVERLAP",
    "VERSION_CONFLICT",
}
"""What whoever was not the first may be told."""

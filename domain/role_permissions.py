"""What a role may do: a table, put together from what belongs together."""

from domain.roles import Permission, Role

_RESPONDER = frozenset(
    {
        Permission.ALARM_ACKNOWLEDGE,
        Permission.ALARM_DISPATCH,
        Permission.ALARM_ARRIVE,
        Permission.ALARM_RESOLVE,
        Permission.ALARM_ASSIGN,
        Permission.ALARM_SNOOZE,
        Permission.ALARM_COMMENT,
        Permission.ALARM_DRILL,
        Permission.ALARM_MEASURES_READ,
        Permission.INCIDENT_ACKNOWLEDGE,
        Permission.INCIDENT_RESOLVE,
        Permission.ADDRESS_READ,
    }
)

# Whoever was sent to an alarm; they see no other.
_GOES = frozenset({Permission.ALARM_ARRIVE, Permission.ALARM_COMMENT, Permission.ADDRESS_READ})

# What somebody near the elder may do about an alarm.
_HEARS = frozenset(
    {Permission.ALARM_ACKNOWLEDGE, Permission.ALARM_COMMENT, Permission.INCIDENT_ACKNOWLEDGE}
)

# Not who administers the system: they call nobody, and check nobody's identity.
_REVEALS = frozenset({Permission.ELDER_REVEAL})

_STAYS = frozenset(
    {
        Permission.BED_KEEP,
        Permission.CARE_CODE_ISSUE,
        Permission.BED_STAY_HOLD,
        Permission.BED_STAY_ADMIT,
        Permission.BED_STAY_LEAVE,
        Permission.BED_STAY_TRANSFER,
        Permission.BED_STAY_NAME_MANAGER,
        Permission.BED_STAY_SET_PACKAGE,
        Permission.BED_STAY_END,
        Permission.BED_STAY_CLOSE,
        Permission.ADMISSION_DECIDE,
    }
)

# Who works in a place of care says when it is open; who governs it, for which communities it
# answers.
_KEEPS_PLACES = frozenset({Permission.STATION_KEEP, Permission.STATION_ASSIGN})
_GOVERNS_PLACES = _KEEPS_PLACES | {Permission.STATION_AREA_KEEP}

_VISITS = frozenset(
    {
        Permission.VISIT_PLAN,
        Permission.VISIT_CANCEL,
        Permission.VISIT_VERIFY,
        Permission.VISIT_MISS,
        Permission.VISIT_OBLIGATION_WAIVE,
        Permission.VISIT_WINDOW_KEEP,
    }
)

# Who visits whom: the station answers for it.
_LEADS_VOLUNTEERS = frozenset(
    {
        Permission.VOLUNTEER_UPDATE,
        Permission.VOLUNTEER_DECIDE_CHECK,
        Permission.VOLUNTEER_SUSPEND,
        Permission.VOLUNTEER_STANDING_READ,
    }
)

_EQUIPS = frozenset({Permission.DEVICE_ASSIGN})

# At a counter: the help was given, or will not be; points are handed in.
_HELPS = frozenset({Permission.HOLD_COMPLETE, Permission.HOLD_RELEASE, Permission.POINTS_REDEEM})
_REGISTERS = frozenset({Permission.ELDER_REGISTER, Permission.ELDER_IMPORT})

# Of those who work in care: what they hold, what they have learned, and whom they look after.
_KEEPS_CAREGIVERS = frozenset(
    {
        Permission.CERTIFICATE_KEEP,
        Permission.TRAINING_RECORD_KEEP,
        Permission.CARE_ASSIGNMENT_KEEP,
        Permission.CARE_LAPSES_READ,
    }
)

# Who is in touch with an elder and finds out what they need, and who says which advisor is.
_ADVISES = frozenset(
    {
        Permission.CARE_NEED_KEEP,
        Permission.CONTACT_NOTE_KEEP,
        Permission.SUGGESTIONS_READ,
        Permission.SUGGESTION_LIST_KEEP,
    }
)
_KEEPS_CASELOADS = frozenset({Permission.CASELOAD_KEEP})

_ROLES = frozenset({Permission.ROLE_GRANT, Permission.ROLE_END})
"""Which roles, and where, is in ``accounts.hierarchy``."""

_MEALS_READ = frozenset({Permission.MEAL_RECIPIENT_READ, Permission.SUBSIDY_REASON_READ})

_MEALS = _MEALS_READ | {
    Permission.MEAL_QUOTE,
    Permission.MEAL_ORDER_PLACE,
    Permission.MEAL_ORDER_CANCEL,
}

# Who has a certificate beside.
_ASSESSES = frozenset(
    {
        Permission.ASSESSMENT_SUBMIT,
        Permission.ASSESSMENT_CONFIRM,
        Permission.ASSESSMENT_WITHDRAW,
        Permission.ASSESSMENT_READ_ANSWERS,
    }
)

# Not the family, who read it: it is written by who cares, and by who answers for the elder.
_KEEPS_HEALTH_RECORD = frozenset({Permission.HEALTH_RECORD_KEEP, Permission.MEASUREMENT_KEEP})

_GOVERNS_ASSESSMENT = frozenset({Permission.ASSESSOR_KEEP, Permission.ASSESSMENT_POLICY_SET})

_ASKS_ABOUT_DATA = frozenset({Permission.DATA_REQUEST_SUBMIT, Permission.DATA_REQUEST_READ})

_CONSENTS_TO_CARE = frozenset({Permission.BED_STAY_CONSENT_TO_MANAGER})
"""Not the family: whoever looks after the elder is for the elder and the guardian to say."""

_DECIDES_ABOUT_DATA = frozenset({Permission.DATA_REQUEST_DECIDE, Permission.DATA_REQUEST_READ})

_GIVE_UP = frozenset({Permission.FAMILY_LINK_END, Permission.CONSENT_WITHDRAW})

_CONSENTS = _GIVE_UP | {
    Permission.FAMILY_LINK_DECIDE,
    Permission.CONSENT_GRANT,
    Permission.ACCESS_LIST_READ,
}

_AT_HOME = _MEALS | {
    Permission.ASSISTANCE_CASE_SUBMIT,
    Permission.ADMISSION_APPLY,
    Permission.ADDRESS_READ,
    Permission.ALARM_MEASURES_READ,
    Permission.ASSESSMENT_READ_ANSWERS,
    Permission.SUGGESTIONS_READ,
    Permission.SUGGESTION_ANSWER,
}

_OF_ROLES: dict[Role, frozenset[Permission]] = {
    Role.ELDER: _AT_HOME
    | _CONSENTS_TO_CARE
    | _CONSENTS
    | _ASKS_ABOUT_DATA
    | _REVEALS
    # Who has a cuff at home.
    | {Permission.MEASUREMENT_KEEP}
    | {Permission.ALARM_CANCEL, Permission.POINTS_REDEEM},
    Role.GUARDIAN: _AT_HOME
    | _KEEPS_HEALTH_RECORD
    | _CONSENTS_TO_CARE
    | _CONSENTS
    | _ASKS_ABOUT_DATA
    | _REVEALS
    | _HEARS
    | {Permission.POINTS_REDEEM},
    Role.FAMILY: _AT_HOME | _GIVE_UP | _HEARS | {Permission.FAMILY_LINK_REQUEST},
    # A volunteer sees an elder only while a visit is claimed, or an alarm is open to which they
    # were sent, and with it the address.
    Role.VOLUNTEER: _GOES
    | {
        Permission.VISIT_CLAIM,
        Permission.VISIT_RELEASE,
        Permission.VISIT_CHECK_IN,
        Permission.VISIT_CHECK_OUT,
        Permission.TIME_BANK_REDEEM,
        Permission.TIME_BANK_DONATE,
        Permission.HOLD_RELEASE,
        Permission.POINTS_REDEEM,
        Permission.VISIT_REFUSE,
        Permission.VISIT_APPLY,
        Permission.VOLUNTEER_UPDATE,
        Permission.VOLUNTEER_STANDING_READ,
        Permission.CALENDAR_LINK_KEEP,
    },
    Role.CAREGIVER: _GOES
    | _ASSESSES
    | _KEEPS_HEALTH_RECORD
    | {
        Permission.ALARM_MEASURES_READ,
        Permission.CALENDAR_LINK_KEEP,
        # Their own.
        Permission.CARE_LAPSES_READ,
    },
    Role.DISPATCHER: _RESPONDER
    | _REVEALS
    | {
        Permission.VISIT_VERIFY,
        Permission.VISIT_MISS,
        Permission.VOLUNTEER_STANDING_READ,
        Permission.CARE_LAPSES_READ,
        Permission.ROSTER_KEEP,
        Permission.ASSESSMENT_READ_ANSWERS,
    },
    Role.STATION: _RESPONDER
    | _ASSESSES
    | _KEEPS_HEALTH_RECORD
    | _REVEALS
    | _STAYS
    | _EQUIPS
    | _REGISTERS
    | _MEALS
    | _ASKS_ABOUT_DATA
    | _DECIDES_ABOUT_DATA
    | _CONSENTS
    | _ROLES
    | _HELPS
    | _VISITS
    | _KEEPS_CAREGIVERS
    | _LEADS_VOLUNTEERS
    | _KEEPS_CASELOADS
    | _ADVISES
    | _KEEPS_PLACES
    | {
        Permission.ASSISTANCE_CASE_SUBMIT,
        Permission.THRESHOLD_SET,
        Permission.ROSTER_KEEP,
    },
    Role.ADVISOR: _ADVISES
    | _KEEPS_HEALTH_RECORD
    | {Permission.ASSISTANCE_CASE_SUBMIT, Permission.ASSESSMENT_READ_ANSWERS},
    Role.CANTEEN: frozenset({Permission.MEAL_RECIPIENT_READ}),
    # Who decides by an assessment sees its level, not what was found in detail.
    Role.OFFICIAL: _MEALS_READ
    | _REVEALS
    | _ROLES
    | _GOVERNS_ASSESSMENT
    | _KEEPS_CASELOADS
    | _GOVERNS_PLACES
    | {
        Permission.ALARM_DRILL,
        Permission.VISIT_VERIFY,
        Permission.VOLUNTEER_DECIDE_CHECK,
        Permission.VOLUNTEER_STANDING_READ,
        Permission.CARE_LAPSES_READ,
        Permission.ASSISTANCE_CASE_SUBMIT,
        Permission.ASSISTANCE_CASE_ACCEPT,
        Permission.ASSISTANCE_CASE_REJECT,
        Permission.POINTS_GRANT,
        Permission.EXPORT,
        Permission.THRESHOLD_SET,
        Permission.THRESHOLD_SET_REGION,
        Permission.RULE_BACKTEST,
        Permission.ESCALATION_SET,
        Permission.KEY_TAGS_SET,
        Permission.ROSTER_KEEP,
    },
    # Follows the money, not the elder.
    Role.AUDITOR: frozenset(
        {Permission.SUBSIDY_REASON_READ, Permission.EXPORT, Permission.AUDIT_SOURCE_READ}
    ),
    Role.VENDOR: frozenset({Permission.WEBHOOK_MANAGE, Permission.MEAL_RECIPIENT_READ}),
    # Who administers the system decides about nobody's assistance.
    Role.ADMIN: _RESPONDER
    | _STAYS
    | _EQUIPS
    | _REGISTERS
    | _MEALS
    | _DECIDES_ABOUT_DATA
    | _ROLES
    | _HELPS
    | _GOVERNS_ASSESSMENT
    | _GOVERNS_PLACES
    | _VISITS
    | _KEEPS_CAREGIVERS
    | _LEADS_VOLUNTEERS
    | _KEEPS_CASELOADS
    | _ADVISES
    | {
        Permission.ASSESSMENT_READ_ANSWERS,
        Permission.POINTS_GRANT,
        Permission.LEDGER_REVERSE,
        Permission.ACCESS_LIST_READ,
        Permission.EXPORT,
        Permission.AUDIT_SOURCE_READ,
        Permission.THRESHOLD_SET,
        Permission.THRESHOLD_SET_REGION,
        Permission.RULE_BACKTEST,
        Permission.ESCALATION_SET,
        Permission.KEY_TAGS_SET,
        Permission.ROSTER_KEEP,
        Permission.EXPLAIN,
        Permission.INTROSPECT,
    },
}

_NOTHING: frozenset[Permission] = frozenset()

_PERSON = frozenset(
    {
        Permission.LOGIN_SESSION_END,
        Permission.PUSH_PERMISSION_GRANT,
        Permission.NOTIFICATION_PREFERENCE_PUT,
    }
)

ROLE_PERMISSIONS = {
    role: _OF_ROLES.get(role, _NOTHING) | (_NOTHING if role is Role.VENDOR else _PERSON)
    for role in Role
}
"""What a role may do; reading is a matter of row visibility."""

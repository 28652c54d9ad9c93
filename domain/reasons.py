"""Why a value is not admitted: keys, which the API has words for in each of its languages."""

from enum import StrEnum


class Reason(StrEnum):
    """A fact ``reason`` of InvalidInput and QueryTooLarge; its own facts stand in the comment."""

    FIRST_OR_LAST = "FIRST_OR_LAST"
    RANGE = "RANGE"  # least, most
    DAYS = "DAYS"  # after, most
    AT_MOST = "AT_MOST"  # most
    TOO_LONG = "TOO_LONG"  # most
    LENGTH = "LENGTH"  # least, most
    NO_CURSOR = "NO_CURSOR"
    ID_OF = "ID_OF"  # prefix
    NO_GLOBAL_ID = "NO_GLOBAL_ID"
    REGION_CODE = "REGION_CODE"
    NOT_STORABLE = "NOT_STORABLE"
    KEY = "KEY"  # most
    DISHES = "DISHES"  # most
    DISH_TWICE = "DISH_TWICE"
    ONE_MEAL = "ONE_MEAL"
    NO_DELIVERY = "NO_DELIVERY"
    DAYS_AHEAD = "DAYS_AHEAD"  # most
    NO_RULE = "NO_RULE"
    WHOLE_PLACE = "WHOLE_PLACE"
    PLACE_NEEDED = "PLACE_NEEDED"
    VISIT_OVER = "VISIT_OVER"
    NOT_CONSISTENT = "NOT_CONSISTENT"
    QUERY_OR_DOCUMENT_ID = "QUERY_OR_DOCUMENT_ID"
    DOCUMENT = "DOCUMENT"  # detail
    WHICH_OPERATION = "WHICH_OPERATION"
    WECHAT_APP = "WECHAT_APP"
    EXPORTABLE = "EXPORTABLE"
    WELL_FORMED = "WELL_FORMED"
    RETENTION = "RETENTION"  # until
    OPEN_MATTERS = "OPEN_MATTERS"
    TO_COME = "TO_COME"
    PHOTO = "PHOTO"  # most
    WEBHOOK_ADDRESS = "WEBHOOK_ADDRESS"
    FOLLOWABLE = "FOLLOWABLE"
    NOT_YOURS = "NOT_YOURS"  # fields
    FOR_A_PURPOSE = "FOR_A_PURPOSE"  # fields
    ONE_START = "ONE_START"
    PHONE = "PHONE"
    PLACE_OF_ROLE = "PLACE_OF_ROLE"
    NAME_OF_PHONE = "NAME_OF_PHONE"
    NO_PERSON = "NO_PERSON"
    ROLE_OVER = "ROLE_OVER"
    WHOM = "WHOM"

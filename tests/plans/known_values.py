"""More operations that are easy to get wrong: circles, hidden rows, values, several at once."""

from domain.access import Role
from tests.plans.known import Known

CIRCLES = {
    "elder, visits, volunteer, visits, elder": Known("""{ elder(id: "MOTHER") { name
        visits(first: 3) { nodes { id volunteer { name
            visits(first: 2) { nodes { state elder { name visits(last: 1) { nodes { id
                volunteer { name } } } } } } } } } } }"""),
    "alarm, device, elder, alarms, device": Known("""{ alarms(first: 3) { nodes {
        device { kind elder { devices { id elder { name } }
            alarms(first: 2) { nodes { device { kind elder { name } } } } } } } } }"""),
    "bed, stay, elder, stay, bed": Known("""{ stations(first: 16) { nodes { beds(first: 3) {
        nodes { label station { name } currentStay { elder { name
            currentStay { bed { label currentStay { id } } } } } } } } } }"""),
    "canteen, menu, canteen, orders, canteen": Known("""{ canteens(first: 1) { nodes {
        menu { name canteen { name } } orders(first: 2) {
            nodes { canteen { orders(first: 1) { nodes { items { name } } } } } } } } }"""),
}

HIDDEN = {
    "rows within seen ones": Known(
        "{ mealOrders(first: 3) { nodes { elder { name region { name } } placedBy { name } } } }",
        role=Role.CANTEEN,
        shows=('"NOT_VISIBLE"',),
    ),
    "in lists of lists": Known(
        """{ canteens(first: 14) { edges { node { who: orders(first: 2) { nodes {
            eater: elder { name } recipient why: subsidyReason items { name } } } } } } }""",
        role=Role.CANTEEN,
        shows=('"path":["canteens","edges",', '"eater"]', '"NOT_PERMITTED"'),
    ),
    "what was claimed once": Known(
        """{ visitTasks(first: 60) { nodes { state elder { name fullAddress tags contacts { name } }
            verifiedBy { name } history { account { name } } } } }""",
        role=Role.VOLUNTEER,
        shows=('"NOT_VISIBLE"',),
    ),
    "of a vendor's devices": Known(
        """{ alarms(first: 3) { nodes { device { kind elder { name } } elder { id }
            acknowledgedBy { name } spokenText availableActions } } }""",
        role=Role.VENDOR,
        shows=('"NOT_VISIBLE"',),
    ),
    "below what is not planned": Known(
        """{ alarm(id: "ALARM") { elder { name } device { elder { id } } }
            alarmChanges(first: 3) { changes { alarm { elder { name } } cursor } hasMore } }""",
        role=Role.VENDOR,
        shows=('"path":["alarm","elder"]', '"path":["alarmChanges","changes",0,'),
    ),
    "by its id": Known(
        '{ elder(id: "MOTHER") { name } node(id: "ABSENT") { id } }', role=Role.CANTEEN
    ),
}

VALUES = {
    "one for a list": Known(
        """query ($one: [AlarmState!], $in: AlarmState!, $f: AlarmFilter) {
            a: alarms(first: 9, filter: {state: RAISED}) { nodes { state } }
            b: alarms(first: 9, filter: {state: $one}) { nodes { state } }
            c: alarms(first: 9, filter: {state: [RESOLVED, $in]}) { nodes { state } }
            d: alarms(first: 9, filter: $f) { nodes { state } } }""",
        variables=(
            {"one": "RAISED", "in": "RAISED", "f": {"state": "RAISED"}},
            {"one": ["RAISED", "RESOLVED"], "in": "RESOLVED", "f": {"state": [], "region": None}},
            {"in": "ACKNOWLEDGED"},
        ),
    ),
    "absent, null, default": Known(
        """query ($t: ElderTag, $n: String = "王", $r: String, $first: Int! = 2) {
            elders(first: $first, filter: {tag: $t, nameContains: $n, region: $r}) {
                totalCount nodes { name tags } } }""",
        variables=(
            {},
            {"t": None, "n": None, "r": None},
            {"t": "LIVES_ALONE", "n": None},
            {"n": "%", "first": 3},
            {"r": "330102", "first": 1},
        ),
    ),
    "on a day": Known(
        """query ($d: Date, $f: ElderFilter) { elders(first: 9, filter: $f) { totalCount
            nodes { now: tags then: tags(asOf: $d) past: tags(asOf: "2020-02-29")
                tagHistory { tag since until source } } } }""",
        variables=(
            {},
            {"d": "2026-01-01", "f": {"tag": "LIVES_ALONE"}},
            {"d": None, "f": {"asOf": "2025-06-30", "tagsAny": ["DISABLED", "DEMENTIA"]}},
            {"f": {"asOf": "2025-06-30", "keyElder": False, "tagsAny": None}},
            {"f": {"asOf": None, "keyElder": True, "region": "330102"}},
        ),
    ),
    "of the wrong type": Known(
        "query ($f: BedFilter, $n: Int!) { beds(first: $n, filter: $f) { totalCount } }",
        variables=(
            {"n": "1"},
            {"n": None},
            {},
            {"n": 1, "f": {"kind": "SOFA"}},
            {"n": 1, "f": {"station": 5}},
            {"n": 1, "f": {"near": {}}},
            {"n": 2**31},
        ),
        shows=('"INVALID_VARIABLE"', '"INVALID_INPUT"'),
        planned=False,
    ),
    "numbers": Known(
        """query ($near: NearInput!) { canteens(first: 5, filter: {near: $near}) { totalCount
            nodes { name position { longitude latitude } } }
            stations(first: 2, filter: {near: {longitude: 120, latitude: 30.25, radiusM: 50000}}) {
                nodes { position { latitude } } } }""",
        variables=(
            {"near": {"longitude": 120, "latitude": 30, "radiusM": 50000}},
            {"near": {"longitude": 120.17, "latitude": 30.24, "radiusM": 1}},
        ),
    ),
}

TOGETHER = {
    "refused beside answered": Known(
        """{ a: elder(id: "x") { name } viewer { name } b: device(id: 5) { id }
            elder(id: "MOTHER") { name } }""",
        shows=('"a":null', '"path":["b"]'),
        planned=False,
    ),
    "refused beside the same row": Known(
        """{ a: elder(id: "MOTHER") { region { name } }
            elder(id: "MOTHER") { visits { totalCount } region { name } currentStay { id } } }""",
        shows=('"a":{"region":{"name"', '"path":["elder","visits"]'),
        planned=False,
    ),
    "all of it null for one": Known(
        """{ mealOrders(first: 2) { nodes { elder { name } } } elder(id: "x") { name }
            alarmChanges(after: "WzEwMDAwMDBd") { cursor } elders(first: 300) { totalCount } }""",
        role=Role.CANTEEN,
        shows=('"data":null',),
        planned=False,
    ),
    "introspection beside rows": Known(
        """{ __typename viewer { __typename name } __schema { queryType { name } }
            __type(name: "Elder") { kind name } }""",
        planned=False,
    ),
    "a row by two names": Known(
        """{ a: elder(id: "MOTHER") { name } b: elder(id: "MOTHER") { name age visits(first: 1) {
            nodes { id } } } c: viewer { id } d: viewer { region { name } } }"""
    ),
    "the payload of a refused change": Known(
        """mutation ($id: ID!) { alarmResolve(input: {id: $id, reason: TEST}) {
            alarm { state elder { name alarms(first: 2) { nodes { id } streamCursor totalCount } } }
            userErrors { code field message blockers } clientMutationId __typename } }""",
        role=Role.VENDOR,
        variables=({"id": "ALARM"}, {"id": "OTHER_ALARM"}, {"id": "MOTHER"}),
        shows=('"PERMISSION_DENIED"', '"NOT_VISIBLE"', '"NOT_FOUND"'),
    ),
    "changes refused one after the other": Known(
        """mutation { a: visitClaim(input: {id: "x"}) { visitTask { id } userErrors { code } }
            visitVerify(input: {id: "VISIT", accepted: true, clientMutationId: "1"}) {
                userErrors { code } clientMutationId visitTask { state elder { name } } } }""",
        role=Role.VENDOR,
        planned=False,
    ),
}

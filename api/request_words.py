"""The words for what is wrong with a request, in the order of ``Language``."""

REQUEST: tuple[tuple[str, str, str], ...] = (
    ("请求体须为 JSON 对象", "請求主體須為 JSON 物件", "the body must be a JSON object"),
    ("请求体不是 UTF-8 的 JSON", "請求主體不是 UTF-8 的 JSON", "no JSON in UTF-8"),
    ("variables 须为对象", "variables 須為物件", "variables must be an object"),
    ("operationName 须为字符串", "operationName 須為字串", "operationName must be a string"),
    ("query 须为字符串", "query 須為字串", "query must be a string"),
    (
        "query 最多 {most} 个字符",
        "query 最多 {most} 個字元",
        "query must have at most {most} characters",
    ),
    (
        "query 与 documentId 不能同时给出",
        "query 與 documentId 不能同時給出",
        "query and documentId exclude each other",
    ),
    (
        "请求体不是 UTF-8 表单，或字段过多",
        "請求體不是 UTF-8 表單，或欄位過多",
        "the body is no form in UTF-8, or has too many fields",
    ),
    ("有参数重复给出", "有參數重複給出", "a parameter stands twice"),
    (
        "不是本身份提供方此刻签发的 logout token",
        "不是本身分提供方此刻簽發的 logout token",
        "no logout token of our provider's, or not of now",
    ),
    (
        "documentId 须为非空字符串",
        "documentId 須為非空字串",
        "documentId must be a string that is not empty",
    ),
    (
        "sha256Hash 不是 query 的哈希",
        "sha256Hash 不是 query 的雜湊",
        "sha256Hash is not that of query",
    ),
    (
        "订阅须用 WebSocket，或 Accept: text/event-stream",
        "訂閱須用 WebSocket，或 Accept: text/event-stream",
        "subscriptions go over a WebSocket, or with Accept: text/event-stream",
    ),
    (
        "GET 须带 ?documentId=sha256:…；文档全文请用 POST",
        "GET 須帶 ?documentId=sha256:…；文件全文請用 POST",
        "GET takes ?documentId=sha256:…; the text of a document goes by POST",
    ),
    ("地址不是 UTF-8 的表单", "位址不是 UTF-8 的表單", "the address is no form in UTF-8"),
    ("参数重复", "參數重複", "a parameter stands twice"),
    ("不接受 Content-Encoding", "不接受 Content-Encoding", "no Content-Encoding"),
    (
        "Content-Type 须为 application/json，UTF-8",
        "Content-Type 須為 application/json，UTF-8",
        "Content-Type: application/json, in UTF-8",
    ),
    (
        "Content-Type 须为 application/x-www-form-urlencoded",
        "Content-Type 須為 application/x-www-form-urlencoded",
        "Content-Type: application/x-www-form-urlencoded",
    ),
    ("Accept 须含 application/json", "Accept 須含 application/json", "Accept: application/json"),
    ("最多 {most} KiB", "最多 {most} KiB", "at most {most} KiB"),
    (
        "{asked} 个 mutation，最多 {most} 个",
        "{asked} 個 mutation，最多 {most} 個",
        "{asked} mutations, at most {most}",
    ),
    ("{asked} 层，最多 {most} 层", "{asked} 層，最多 {most} 層", "{asked} levels, at most {most}"),
    (
        "{asked} 个字段，最多 {most} 个",
        "{asked} 個欄位，最多 {most} 個",
        "{asked} fields, at most {most}",
    ),
    (
        "{asked} 个别名，最多 {most} 个",
        "{asked} 個別名，最多 {most} 個",
        "{asked} aliases, at most {most}",
    ),
    (
        "{asked} 个指令，最多 {most} 个",
        "{asked} 個指示，最多 {most} 個",
        "{asked} directives, at most {most}",
    ),
    (
        "{asked} 个片段，最多 {most} 个",
        "{asked} 個片段，最多 {most} 個",
        "{asked} fragments, at most {most}",
    ),
    (
        "{asked} 点，最多 {most} 点",
        "{asked} 點，最多 {most} 點",
        "{asked} points, at most {most}",
    ),
    (
        "同一处重复某个字段超过 {most} 次",
        "同一處重複某個欄位超過 {most} 次",
        "a field named more than {most} times side by side",
    ),
    ("数字超过 {most} 位", "數字超過 {most} 位", "a number of more than {most} digits"),
    (
        "code_challenge 必须是 base64url 格式的 SHA-256",
        "code_challenge 必須是 base64url 格式的 SHA-256",
        "code_challenge must be SHA-256 in base64url",
    ),
    (
        "return_to 必须是本系统的页面",
        "return_to 必須是本系統的頁面",
        "return_to must be a page of ours",
    ),
)
"""What is wrong with a request, before there is anything of the domain: its English words, which
transports give, are the key."""

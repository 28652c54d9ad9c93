"""What the authorization server says of itself is so."""

from typing import Any

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from joserfc import jwt
from joserfc.jwk import KeySet

from api.app import create_app
from api.auth.scopes import OF_CLIENTS
from api.auth.tokens import TokenKey
from api.settings import ApiSettings
from domain.crypto import Vault
from domain.database import Database
from tests.clients import PUBLIC_URL, Api
from tests.makers.clients import ask, asked_with, make_client, token_of
from tests.serving import serving
from yiyang.district.cast import District


async def metadata(api: Api) -> dict[str, Any]:
    url = f"http://127.0.0.1:{api.port}/.well-known/oauth-authorization-server"
    answer = await api.http.get(url)
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


async def test_it_is_metadata(api: Api) -> None:
    said = await metadata(api)
    judge = AuthorizationServerMetadata(said)
    for name in said:
        # Authlib wants a response type, though there is no authorization endpoint.
        if name != "response_types_supported":
            getattr(judge, f"validate_{name}")()
    assert said["issuer"] == PUBLIC_URL
    assert said["scopes_supported"] == sorted(OF_CLIENTS)


async def test_each_address_in_it_answers(api: Api, database: Database) -> None:
    said, client = await metadata(api), await make_client(database)
    here = f"http://127.0.0.1:{api.port}"
    for name in ("token_endpoint", "revocation_endpoint", "introspection_endpoint"):
        url = said[name].replace(PUBLIC_URL, here)
        form = {"grant_type": "client_credentials", "token": "none"}
        answer = await api.http.post(url, data=form, auth=(client.name, client.secret))
        assert answer.status_code == 200, name
    assert (await api.http.get(said["jwks_uri"].replace(PUBLIC_URL, here))).status_code == 200


async def test_tokens_verify_by_the_published_keys(api: Api, database: Database) -> None:
    keys = (await api.http.get(f"http://127.0.0.1:{api.port}/oauth/jwks")).json()
    assert all("d" not in key for key in keys["keys"])
    token = await token_of(api, await make_client(database))
    decoded = jwt.decode(token, KeySet.import_key_set(keys), algorithms=["ES256"])
    assert decoded.header["typ"] == "at+jwt"


async def test_keys_rotate_without_a_token_being_lost(
    database: Database, database_url: str, vault: Vault, district: District
) -> None:
    old, new = TokenKey.new_jwk(), TokenKey.new_jwk()
    client = await make_client(database)
    tokens: list[str] = []
    for keys, good in (
        ([old], [True]),
        ([old, new], [True, True]),  # published, and not yet used
        ([new, old], [True, True, True]),  # used, and the old one still believed
        ([new], [False, False, True, True]),
    ):
        key = TokenKey({"keys": keys})
        settings = ApiSettings(
            database_url=database_url, token_key=key, vault=vault, public_url=PUBLIC_URL
        )
        async with serving(create_app(settings)) as port:
            api = Api(port, key, district)
            published = (await api.http.get(f"http://127.0.0.1:{port}/oauth/jwks")).json()
            assert [one["kid"] for one in published["keys"]] == [one["kid"] for one in keys]
            tokens.append(await token_of(api, client))
            assert [(await asked_with(api, token)).status_code == 200 for token in tokens] == good
            introspect = await ask(
                api, "introspect", auth=(client.name, client.secret), token=tokens[0]
            )
            assert introspect.json()["active"] is good[0]
            await api.close()

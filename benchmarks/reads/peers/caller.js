// Who asks: the same signed tokens that Yiyang takes. A token's signature is looked at once.
import { createPublicKey } from 'node:crypto'
import { createVerifier } from 'fast-jwt'

const { kty, crv, x, y } = JSON.parse(process.env.YIYANG_TOKEN_KEY)
const key = createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' })
const verify = createVerifier({
  key: key.export({ type: 'spki', format: 'pem' }),
  algorithms: ['ES256'],
  allowedIss: 'yiyang',
  allowedAud: 'yiyang-api'
})

const KEPT = 4096
const known = new Map()

/** The caller of an Authorization header: {id, role, region}. Throws for a token that is none. */
export function callerOf (authorization) {
  const kept = known.get(authorization)
  if (kept && kept.until > Date.now()) return kept.caller
  const { sub, role, region, exp } = verify(authorization.slice('Bearer '.length))
  const caller = { id: sub, role, region }
  if (known.size >= KEPT) known.clear()
  known.set(authorization, { caller, until: exp * 1000 })
  return caller
}

// Fastify and Mercurius with its JIT.
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import mercurius from 'mercurius'
import { callerOf } from './caller.js'
import { Loaders, resolvers } from './resolvers.js'

const app = Fastify({ logger: { level: 'warn' } })
app.register(mercurius, {
  schema: readFileSync(new URL('schema.graphql', import.meta.url), 'utf8'),
  resolvers,
  jit: 1,
  graphiql: false,
  context: ({ headers }) => ({ caller: callerOf(headers.authorization), loaders: new Loaders() })
})
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })

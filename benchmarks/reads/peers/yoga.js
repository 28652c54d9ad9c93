// GraphQL Yoga on node:http with graphql-jit.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { useGraphQlJit } from '@envelop/graphql-jit'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { createYoga } from 'graphql-yoga'
import { callerOf } from './caller.js'
import { Loaders, resolvers } from './resolvers.js'

const typeDefs = readFileSync(new URL('schema.graphql', import.meta.url), 'utf8')
const yoga = createYoga({
  schema: makeExecutableSchema({ typeDefs, resolvers }),
  // Documents are parsed and validated once: Yoga's own cache, on by default.
  plugins: [useGraphQlJit()],
  context: ({ req }) => ({ caller: callerOf(req.headers.authorization), loaders: new Loaders() }),
  logging: 'warn',
  graphiql: false,
  landingPage: false
})
createServer(yoga).listen(Number(process.env.PORT), '127.0.0.1')

// PostGraphile 5 with the schema that it makes of the database, served by Grafserv on node:http.
//
// The caller's rows are asked for in the documents (postgraphile.py): row-level security would be
// PostGraphile's own way, and cost it a transaction around each read. So it is measured without.
import { createServer } from 'node:http'
import { grafserv } from 'postgraphile/grafserv/node'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter'
import { callerOf } from './caller.js'

const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  pgServices: [makePgService({
    connectionString: process.env.YIYANG_DATABASE_URL,
    schemas: ['public', 'peers'],
    poolConfig: { max: 10, idleTimeoutMillis: 0 },
    pubsub: false
  })],
  // Lists that are short by nature need no connection.
  schema: { defaultBehavior: '+list -insert -update -delete' },
  // Filters and orders by columns without an index, as our own filters have.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  grafast: {
    explain: false,
    // A token that is none is refused.
    context: ({ node }) => ({ caller: callerOf(node.req.headers.authorization) })
  },
  grafserv: { graphiql: false, watch: false, websockets: false }
})

const server = createServer()
server.on('error', (error) => { throw error })
await instance.createServ(grafserv).addTo(server)
server.listen(Number(process.env.PORT), '127.0.0.1')

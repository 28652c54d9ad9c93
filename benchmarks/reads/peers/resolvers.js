// What hangs on a row is read by DataLoaders, one statement for all rows of a level. Mercurius has
// loaders of its own, which serialise each row to make a key of it: DataLoader is faster there too.
import DataLoader from 'dataloader'
import { fields } from './fields.js'
import * as reads from './reads.js'
import { pageOf } from './values.js'

/** The loaders of one operation, each made when it is first asked for. */
export class Loaders {
  #made = new Map()

  /** The loader of a read; `key` tells loaders of one read with other arguments apart. */
  of (read, key = read) {
    let loader = this.#made.get(key)
    if (!loader) this.#made.set(key, (loader = new DataLoader(read)))
    return loader
  }
}

/** The row that a column points to. */
const one = (read, column) => (row, _, { loaders }) =>
  row[column] === null ? null : loaders.of(read).load(row[column])

/** What points to a row. */
const back = (read) => (row, _, { loaders }) => loaders.of(read).load(row.id)

const hanging = {
  Elder: {
    region: one(reads.regions, 'region_code'),
    tags: back(reads.tagsOf),
    contacts: back(reads.contactsOf),
    devices: back(reads.devicesOf),
    currentStay: back(reads.currentStayOf),
    alarms: async (elder, { first }, { loaders }) => {
      const read = (keys) => reads.alarmsOf(keys, first + 1)
      return pageOf(await loaders.of(read, first).load(elder.id), first)
    }
  },
  BedStay: { bed: one(reads.beds, 'bed_id') },
  Bed: { station: one(reads.stations, 'station_id') },
  Alarm: {
    acknowledgedBy: one(reads.accounts, 'acknowledged_by'),
    elder: one(reads.eldersByKey, 'elder_id'),
    device: one(reads.devices, 'device_id')
  }
}

export const resolvers = { ...fields }
for (const [type, of] of Object.entries(hanging)) resolvers[type] = { ...resolvers[type], ...of }

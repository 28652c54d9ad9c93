/** What the visits page knows: the open visits, and those that the volunteer has claimed. */

/** States in which a visit is the volunteer's; after them it is over. */
const MINE = ["CLAIMED", "CHECKED_IN"];

class Visits {
  constructor() {
    this.open = [];
    this.mine = [];
    /** Where the next page of the open ones begins; null where there is none. */
    this.next = null;
  }

  /** The whole answer of the query VISITS. */
  take({ open, mine }) {
    this.open = [];
    this.mine = mine.nodes;
    this.takeMore({ open });
  }

  /** One page more. Rows may have moved between two pages: each visit is kept once. */
  takeMore({ open }) {
    const known = this.open.map(({ id }) => id);
    this.open = this.open.concat(open.nodes.filter(({ id }) => known.indexOf(id) === -1));
    this.next = open.pageInfo.hasNextPage ? open.pageInfo.endCursor : null;
  }

  /** A visit as the answer to a mutation had it. */
  put(task) {
    const others = ({ id }) => id !== task.id;
    const isOpen = task.state === "OPEN";
    const isMine = MINE.indexOf(task.state) !== -1;
    this.open = this.open.filter(others);
    this.mine = this.mine.filter(others);
    if (isOpen) this.open = inOrder(this.open.concat([task]));
    else if (isMine) this.mine = inOrder(this.mine.concat([task]));
  }
}

function inOrder(tasks) {
  return tasks.sort((a, b) => Date.parse(a.scheduledFrom) - Date.parse(b.scheduledFrom));
}

module.exports = { Visits };

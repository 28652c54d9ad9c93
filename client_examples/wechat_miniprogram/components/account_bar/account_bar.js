/** Below each page: as whom one is here, for whoever may be here as several, and the way out. */
const { UNREACHABLE } = require("../../lib/http");
const session = require("../../lib/session");
const tokens = require("../../lib/tokens");
const { say } = require("../../lib/words");

Component({
  data: {
    title: "",
    /** @type {string[]} */
    names: [],
    index: 0,
    error: "",
    signOutText: say("signOut"),
  },

  lifetimes: {
    attached() {
      const signedIn = session.current();
      if (!signedIn || signedIn.accounts.length < 2) return;
      const { account, accounts } = signedIn;
      const names = accounts.map(({ role, name }) => `${say("role", role)} · ${name}`);
      this.ids = accounts.map(({ id }) => id);
      const index = this.ids.indexOf(account.id);
      this.setData({ names, index, title: say("actAs", { name: names[index] }) });
    },
  },

  methods: {
    /** Another of the person's accounts begins on its own page. */
    async change({ detail: { value } }) {
      this.setData({ error: "" });
      try {
        await tokens.change(this.ids[value]);
      } catch ({ kind, message }) {
        this.setData({ error: kind === UNREACHABLE ? say("notConnected") : message });
      }
    },

    signOut() {
      return tokens.logout();
    },
  },
});

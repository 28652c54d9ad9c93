/** One elder: who they are, where they live now, whom to call. */
const { say } = require("../../lib/words");

Component({
  properties: {
    /** As lib/elder_view.js makes it. */
    card: { type: Object, value: {} },
  },

  data: { contacts: say("contacts"), noContacts: say("noContacts") },
});

/** On the home page: asks for the consent to tell of alarms while the mini-program is closed. */
const { GRANT_PUSH, PUSH_HEALTH } = require("../../lib/documents");
const { ask } = require("../../lib/graphql");
const { once } = require("../../lib/once");
const session = require("../../lib/session");
const { say } = require("../../lib/words");

/** WeChat takes no more at a time. */
const MOST_TEMPLATES = 3;

Component({
  data: {
    /** @type {string[]} templates whose messages are running out */
    wanted: [],
    text: say("pushButton"),
    why: say("pushWhy"),
  },

  lifetimes: {
    attached() {
      // Who pasted a token is nobody to WeChat.
      const signedIn = session.current();
      if (signedIn && signedIn.refresh) return this.look();
    },
  },

  methods: {
    /** What the server says is running out; it is no matter if it cannot be asked now. */
    async look() {
      const { appId } = wx.getAccountInfoSync().miniProgram;
      try {
        const { pushHealth } = await ask(PUSH_HEALTH);
        const ours = pushHealth.templates.filter(
          (one) => one.appId === appId && one.askAgain && !one.ofDevices,
        );
        this.setData({ wanted: ours.slice(0, MOST_TEMPLATES).map((one) => one.templateId) });
      } catch (error) {
        this.setData({ wanted: [] });
      }
    },

    /** WeChat lets itself be asked by a tap alone; each consent is good for one message. */
    async request() {
      const tmplIds = this.data.wanted;
      try {
        const answers = await wx.requestSubscribeMessage({ tmplIds });
        for (const template of tmplIds) {
          if (answers[template] === "accept") await once(GRANT_PUSH, { template });
        }
      } catch (error) {
        return;
      }
      await this.look();
    },
  },
});

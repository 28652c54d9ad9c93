/**
 * Signing in with WeChat; the first time its phone button says who it is. In the developer tools a
 * token may be pasted instead, and the server's address: `yiyang demo` knows no WeChat.
 */
const { whose } = require("../../lib/graphql");
const { REFUSED, UNREACHABLE } = require("../../lib/http");
const session = require("../../lib/session");
const tokens = require("../../lib/tokens");
const { say } = require("../../lib/words");

/** The code or the ticket was good once, or for ten minutes. */
const TOO_LATE = "login_code_invalid";

Component({
  data: {
    words: {
      title: say("signInTitle"),
      wechat: say("signInWechat"),
      why: say("phoneWhy"),
      phone: say("phoneButton"),
      paste: say("pasteTitle"),
      token: say("tokenLabel"),
      server: say("serverLabel"),
      open: say("open"),
    },
    isDevelopment: session.isDevelopment,
    reason: "",
    needsPhone: false,
    token: "",
    server: "",
    isBusy: false,
  },

  methods: {
    onLoad({ reason }) {
      wx.setNavigationBarTitle({ title: say("app") });
      this.setData({ reason: say(reason || "signInNone"), server: session.server() });
    },

    typeToken({ detail }) {
      this.setData({ token: detail.value });
    },

    typeServer({ detail }) {
      this.setData({ server: detail.value });
    },

    /** Whoever is known is in; of whoever is not, the number is asked for. */
    signIn() {
      return this.tried("noWechat", () => this.askWechat());
    },

    /** The phone button has been pressed, and its owner agreed or did not. */
    tellPhone({ detail: { code } }) {
      if (!code) return this.setData({ reason: say("phoneDenied") });
      return this.tried("noWechat", async () => {
        try {
          await tokens.bindPhone(this.ticket, code);
        } catch (error) {
          if (error.code === TOO_LATE) await this.askWechat();
          throw error;
        }
      });
    },

    /** Ask the server whose token was pasted; what it accepts is kept. */
    paste() {
      session.setServer(this.data.server);
      // Pasting adds line breaks and spaces.
      const access = this.data.token.replace(/\s+/g, "");
      return this.tried("signInRefused", async () => {
        const account = await whose(access);
        session.keep({ access, account, accounts: [account] });
        session.enter();
      });
    },

    async askWechat() {
      this.ticket = await tokens.login();
      if (this.ticket) this.setData({ needsPhone: true });
    },

    /** @param {string} refusal the sentence for a server that refuses without a word */
    async tried(refusal, work) {
      this.setData({ isBusy: true, reason: "" });
      try {
        await work();
      } catch (error) {
        this.setData({ reason: why(error, refusal) });
      }
      this.setData({ isBusy: false });
    },
  },
});

/** The server's own words where it has some. */
function why({ kind, code, message }, refusal) {
  if (kind === UNREACHABLE) return say("notConnected");
  return kind === REFUSED && !code ? say(refusal) : message;
}

/**
 * Signing in for development: a token that `yiyang token` printed, and where the server is. The
 * server has no sign-in of its own yet; with WeChat's, `wx.login` takes this page's place.
 */
const { VIEWER } = require("../../lib/documents");
const { ask, FAILED, REFUSED } = require("../../lib/graphql");
const session = require("../../lib/session");
const { say } = require("../../lib/words");

Component({
  data: {
    words: {
      title: say("signInTitle"),
      token: say("tokenLabel"),
      server: say("serverLabel"),
      open: say("open"),
    },
    reason: "",
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

    /** Ask the server whose token it is; what it accepts is kept. */
    async enter() {
      session.setServer(this.data.server);
      session.setToken(this.data.token);
      this.setData({ isBusy: true, reason: "" });
      try {
        const { viewer } = await ask(VIEWER);
        if (!viewer) throw { kind: REFUSED };
        session.accept(viewer.role);
        wx.reLaunch({ url: session.startPage() });
      } catch (error) {
        session.forget();
        this.setData({ isBusy: false, reason: why(error) });
      }
    },
  },
});

function why({ kind, message }) {
  if (kind === REFUSED) return say("signInRefused");
  return kind === FAILED ? message : say("notConnected");
}

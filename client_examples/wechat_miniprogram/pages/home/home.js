/** A family's home page: reads everything once, then follows what happens to the alarms. */
const { alarmCard } = require("../../lib/alarm_view");
const { Backoff } = require("../../lib/backoff");
const { ACKNOWLEDGE, CHANGED, HOME } = require("../../lib/documents");
const { elderCard } = require("../../lib/elder_view");
const { Family, isOpen } = require("../../lib/family");
const { ask, streamEndpoint } = require("../../lib/graphql");
const { now, FAILED, REFUSED } = require("../../lib/http");
const { once } = require("../../lib/once");
const session = require("../../lib/session");
const { Stream } = require("../../lib/stream");
const tokens = require("../../lib/tokens");
const { language, say } = require("../../lib/words");

const CLOCK_EVERY_MS = 15000;

Component({
  data: {
    greeting: "",
    connection: "connecting",
    connectionText: say("connection", "connecting"),
    notice: say("opening"),
    calm: "",
    alarms: [],
    elders: [],
    more: "",
  },

  methods: {
    onLoad() {
      wx.setNavigationBarTitle({ title: say("app") });
      this.family = new Family();
      /** Alarm's id -> `{ busy, error }` of the last press of its button. */
      this.notes = {};
      this.backoff = new Backoff();
      this.stream = new Stream({
        url: streamEndpoint,
        query: CHANGED,
        token: tokens.good,
        hello: { language },
        heard: {
          event: (change) => this.changed(change),
          live: () => this.connected("live"),
          broken: () => this.broken(),
          cursorLost: () => this.read(),
          refused: session.refused,
        },
      });
      this.mustRead = true;
      this.isOnline = true;
      this.wake = (network) => this.networkChanged(network);
      wx.onNetworkStatusChange(this.wake);
    },

    onShow() {
      if (session.redirected("/pages/home/home")) return;
      this.isShown = true;
      this.clock = setInterval(() => this.draw(), CLOCK_EVERY_MS);
      if (this.mustRead) this.read();
      this.stream.resume();
      this.draw();
    },

    /** What happens from here on comes after the stream's cursor, when the page is shown again. */
    onHide() {
      this.isShown = false;
      clearInterval(this.clock);
      clearTimeout(this.reading);
      this.stream.pause();
    },

    onUnload() {
      this.onHide();
      this.stream.stop();
      this.isGone = true;
      wx.offNetworkStatusChange(this.wake);
    },

    async onPullDownRefresh() {
      await this.read();
      wx.stopPullDownRefresh();
    },

    /** Read everything, then follow the stream from there; again and again until it works. */
    async read() {
      clearTimeout(this.reading);
      if (this.isReading) return;
      this.isReading = true;
      this.mustRead = true;
      try {
        const answer = await ask(HOME);
        if (!this.isGone) this.took(answer);
      } catch (error) {
        if (!this.isGone) this.failed(error);
      } finally {
        this.isReading = false;
      }
    },

    took(answer) {
      this.mustRead = false;
      this.backoff.reset();
      this.family.take(answer);
      this.setData({ notice: this.family.elders.length === 0 ? say("noElders") : "" });
      this.stream.start(answer.alarms.streamCursor);
      this.draw();
    },

    failed(error) {
      if (error.kind === REFUSED) return session.refused();
      const isFailed = error.kind === FAILED;
      const notice = isFailed ? say("failed", { message: error.message }) : say("unreachable");
      this.setData({ notice });
      this.broken();
      // A hidden page reads when it is shown again.
      if (this.isShown) this.reading = setTimeout(() => this.read(), this.backoff.next());
    },

    broken() {
      this.connected(this.isOnline ? "reconnecting" : "offline");
    },

    networkChanged({ isConnected }) {
      this.isOnline = isConnected;
      if (!this.isShown) return;
      if (this.mustRead) this.read();
      this.stream.wake();
    },

    /** One change from the stream. */
    changed({ alarm }) {
      const isNews = this.family.put(alarm);
      this.draw();
      if (this.family.isOfNewElder(alarm)) this.read();
      if (isNews && alarm.severity === "CRITICAL" && alarm.state === "RAISED") wx.vibrateLong();
    },

    /** Take responsibility for an alarm; what the server answers is shown at once. */
    async acknowledge({ detail: { id } }) {
      this.note(id, { busy: true });
      try {
        const { alarmAcknowledge: answer } = await once(ACKNOWLEDGE, { id });
        if (answer.alarm) this.family.put(answer.alarm);
        this.note(id, { error: answer.userErrors.map(inWords).join(" ") });
      } catch (error) {
        if (this.isGone) return;
        if (error.kind === REFUSED) return session.refused();
        this.note(id, { error: error.kind === FAILED ? error.message : say("notSent") });
      }
    },

    note(id, note) {
      this.notes[id] = note;
      this.draw();
    },

    connected(connection) {
      this.setData({ connection, connectionText: say("connection", connection) });
      this.draw();
    },

    /** Everything that is known, in words. */
    draw() {
      const { viewer, elders, hasMore } = this.family;
      if (!viewer || this.isGone) return;
      const at = now();
      const live = this.family.live(at);
      const cards = live.map((alarm) =>
        alarmCard(alarm, { viewer, note: this.notes[alarm.id] || {}, now: at }),
      );
      const isCalm = elders.length > 0 && !live.some(isOpen);
      const calm = say(this.data.connection === "live" ? "calm" : "calmBefore");
      this.setData({
        greeting: say("greeting", { name: viewer.name }),
        calm: isCalm ? calm : "",
        alarms: cards,
        elders: elders.map(elderCard),
        more: hasMore ? say("more") : "",
      });
    },
  },
});

function inWords({ code, message }) {
  return code === "ILLEGAL_TRANSITION" ? say("already") : message;
}

/**
 * A volunteer's page: visits to be had nearby, claimed by one touch, and those that are theirs, which
 * begin and end here, with a network or without one.
 */
const { CLAIM, MORE_VISITS, RELEASE, VISITS } = require("../../lib/documents");
const entries = require("../../lib/entries");
const { ask } = require("../../lib/graphql");
const { now, FAILED, REFUSED } = require("../../lib/http");
const { once } = require("../../lib/once");
const { whereAmI } = require("../../lib/place");
const session = require("../../lib/session");
const { clock } = require("../../lib/times");
const { visitCard } = require("../../lib/visit_view");
const { Visits } = require("../../lib/visits");
const { say } = require("../../lib/words");

const NEAR_M = 3000;
const REASONS = ["ILL", "NO_TIME", "TOO_FAR", "OTHER"];
const REFUSALS = ["NOT_TODAY", "NOT_AT_HOME", "NOT_WANTED", "OTHER"];

Component({
  data: {
    words: {
      mine: say("myVisits"),
      open: say("openVisits"),
      settings: say("openSettings"),
    },
    notice: say("opening"),
    where: "",
    isRefused: false,
    mine: [],
    open: [],
    none: "",
    more: "",
  },

  methods: {
    onLoad() {
      wx.setNavigationBarTitle({ title: say("visits") });
      this.visits = new Visits();
      /** Visit's id -> `{ busy, error, gone }` of the last press of its button. */
      this.notes = {};
      this.here = null;
      this.online = ({ isConnected }) => isConnected && this.send();
      wx.onNetworkStatusChange(this.online);
    },

    /** Others claim visits all the time: whenever the page is shown, it is read anew. */
    onShow() {
      if (!session.redirected("/pages/visits/visits")) this.read();
    },

    onUnload() {
      this.isGone = true;
      wx.offNetworkStatusChange(this.online);
    },

    async onPullDownRefresh() {
      await this.read();
      wx.stopPullDownRefresh();
    },

    async onReachBottom() {
      const after = this.visits.next;
      if (after === null || this.isReading) return;
      await this.asked(MORE_VISITS, { near: this.near(), after }, (answer) =>
        this.visits.takeMore(answer),
      );
    },

    async read() {
      if (this.isReading) return;
      this.isReading = true;
      await this.send();
      const { here, isRefused } = await whereAmI();
      this.here = here;
      this.setData({ isRefused });
      await this.asked(VISITS, { near: this.near() }, (answer) => {
        this.visits.take(answer);
        this.notes = {};
      });
      this.isReading = false;
    },

    /** Ask, take the answer, and show what is known then, or why it is not. */
    async asked(query, variables, take) {
      try {
        const answer = await ask(query, variables);
        if (this.isGone) return;
        take(answer);
        this.setData({ notice: "" });
        this.draw();
      } catch (error) {
        if (this.isGone) return;
        if (error.kind === REFUSED) return session.refused();
        const isFailed = error.kind === FAILED;
        const { message } = error;
        this.setData({
          notice: isFailed ? say("visitsFailed", { message }) : say("visitsUnreachable"),
        });
      }
    },

    /** The circle that is asked for; everything where nobody tells where the volunteer is. */
    near() {
      if (!this.here) return null;
      const { longitude, latitude } = this.here;
      return { longitude, latitude, radiusM: NEAR_M };
    },

    claim({ detail: { id } }) {
      return this.change(id, CLAIM, { id }, "claimed");
    },

    async release({ detail: { id } }) {
      const reason = await chosen(REASONS.map((one) => say("releaseReason", one)));
      if (reason) await this.change(id, RELEASE, { id, reason }, "released");
    },

    /** A visit at home begins where the phone is; satellites need no network. */
    async checkIn({ detail: { id } }) {
      const task = this.visits.mine.find((one) => one.id === id);
      const isAtHome = task.kind === "HOME";
      const { here } = isAtHome ? await whereAmI() : { here: {} };
      if (!here) return this.note(id, { error: say("placeNeeded") });
      await this.enter(id, "CHECK_IN", Object.assign({ id }, here));
    },

    checkOut({ detail: { id } }) {
      return this.enter(id, "CHECK_OUT", { id });
    },

    async refuse({ detail: { id } }) {
      const reason = await chosen(REFUSALS.map((one) => say("refuseReason", one)));
      if (reason) await this.enter(id, "REFUSE", { id, reason });
    },

    /** On the phone first, so that nothing is lost; then to the server, if it can be reached. */
    enter(visit, action, input) {
      entries.add({ visit, action, at: now(), input });
      this.note(visit, {});
      return this.send();
    },

    /** All that the phone keeps, in its order. What can't be sent now is tried again later. */
    async send() {
      if (this.isSending) return;
      this.isSending = true;
      let [entry] = entries.mine();
      const isNothing = !entry;
      try {
        for (; entry; [entry] = entries.mine()) this.sent(entry, await entries.send(entry));
      } catch (error) {
        if (error.kind === REFUSED && !this.isGone) session.refused();
        if (error.kind === FAILED) this.notes[entry.visit] = { error: error.message };
      }
      this.isSending = false;
      if (!isNothing && !this.isGone) this.draw();
    },

    /** What the server says to an entry; one that it has had before is no fault. */
    sent(entry, { visitTask, userErrors }) {
      const isRefused = userErrors.length > 0;
      const note = isRefused ? refusal(userErrors) : {};
      this.notes[entry.visit] = note;
      if (visitTask) this.visits.put(visitTask);
      if (!isRefused) wx.showToast({ title: say("sent", entry.action), icon: "none" });
      else if (entry.isLate) lost(entry, note.error);
    },

    /** Change one visit; what the server answers is shown at once, its refusals on the card. */
    async change(id, mutation, input, done) {
      this.note(id, { busy: true });
      try {
        const { visitTask, userErrors } = (await once(mutation, input)).answer;
        if (userErrors.length > 0) return this.note(id, refusal(userErrors));
        this.visits.put(visitTask);
        this.note(id, {});
        wx.showToast({ title: say(done), icon: "none" });
      } catch (error) {
        if (this.isGone) return;
        if (error.kind === REFUSED) return session.refused();
        this.note(id, { error: error.kind === FAILED ? error.message : say("visitNotSent") });
      }
    },

    note(id, note) {
      this.notes[id] = note;
      if (!this.isGone) this.draw();
    },

    /** Everything that is known, in words. */
    draw() {
      const at = now();
      const card = (task) =>
        visitCard(task, { here: this.here, note: this.notes[task.id] || {}, now: at });
      const { mine, open, next } = this.visits;
      const nowhere = say(this.data.isRefused ? "everywhere" : "noPosition");
      this.setData({
        where: this.here ? say("nearOnly", { km: NEAR_M / 1000 }) : nowhere,
        mine: mine.map(card),
        open: open.map(card),
        none: open.length === 0 ? say("noVisits") : "",
        more: next === null ? "" : say("moreVisits"),
      });
    },
  },
});

/** Of a late entry the visit's card may be there no more: whoever made it is told until they say so. */
function lost(entry, error) {
  const what = say("entered", entry.action);
  const content = say("notTaken", { what, time: clock(entry.at, now()), error });
  wx.showModal({ content, showCancel: false });
}

/** Which of some reasons is chosen; null where the sheet is closed again. */
async function chosen(itemList) {
  try {
    return itemList[(await wx.showActionSheet({ itemList })).tapIndex];
  } catch (closed) {
    return null;
  }
}

/** The server's words; what somebody else has claimed is to be had no more. */
function refusal(userErrors) {
  return {
    error: userErrors.map(({ message }) => message).join(" "),
    gone: userErrors.some(({ code }) => code === "ALREADY_CLAIMED"),
  };
}

/**
 * One visit, open or claimed. Tells its page what was pressed by the events `claim`, `release`,
 * `checkin`, `checkout` and `refuse`.
 */
Component({
  properties: {
    /** As lib/visit_view.js makes it. */
    card: { type: Object, value: {} },
  },

  methods: {
    claim() {
      this.tell("claim");
    },

    release() {
      this.tell("release");
    },

    checkIn() {
      this.tell("checkin");
    },

    checkOut() {
      this.tell("checkout");
    },

    refuse() {
      this.tell("refuse");
    },

    tell(event) {
      if (!this.data.card.isBusy) this.triggerEvent(event, { id: this.data.card.id });
    },
  },
});

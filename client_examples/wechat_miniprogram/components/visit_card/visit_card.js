/** One visit, open or claimed. Tells its page by the events `claim` and `release`. */
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

    tell(event) {
      if (!this.data.card.isBusy) this.triggerEvent(event, { id: this.data.card.id });
    },
  },
});

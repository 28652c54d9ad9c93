/** One alarm and the button that answers it. Tells its page by the event `acknowledge`. */
Component({
  properties: {
    /** As lib/alarm_view.js makes it. */
    card: { type: Object, value: {} },
  },

  methods: {
    acknowledge() {
      if (!this.data.card.isBusy) this.triggerEvent("acknowledge", { id: this.data.card.id });
    },
  },
});

/** One elder in words, as their card shows them: who they are, where they live, whom to call. */

const { say } = require("./words");

function elderCard(elder) {
  return {
    id: elder.id,
    name: elder.name,
    // What the elder has not consented to show is null.
    about: say(elder.careLevel ? "about" : "aboutWithoutCare", {
      age: elder.age,
      gender: say("gender", elder.gender),
      care: elder.careLevel && say("care", elder.careLevel),
    }),
    community: elder.region.name,
    stay: stay(elder.currentStay),
    contacts: elder.contacts.map(({ name, relation, phone, callingOrder }) => ({
      order: callingOrder,
      name,
      relation: say("relation", relation),
      phone,
    })),
  };
}

/** The station and the bed, where they are staying in one. */
function stay(current) {
  if (!current) return "";
  const { label, station } = current.bed;
  return say("stay", { station: station.name, bed: label });
}

module.exports = { elderCard };

/** One elder: who they are, their devices, whom to call, what rang before. */

import { fill, list, setText, slot } from "./dom.js";
import { ago, clock, say } from "./words.js";

/**
 * @param past the elder's alarms that are over
 */
export function updateElder(section, { elder, past, now }) {
  fill(section, {
    name: elder.name,
    // What the elder has not consented to show is null.
    about: say(elder.careLevel ? "about" : "aboutWithoutCare", {
      age: elder.age,
      gender: say("gender", elder.gender),
      care: elder.careLevel && say("care", elder.careLevel),
    }),
    community: elder.region.name,
  });
  const tags = (elder.tags ?? []).map((tag) => [tag, say("tag", tag)]);
  list(slot(section, "tags"), tags, "tag-chip", (chip, word) => setText(chip, word));
  slot(section, "no-devices").hidden = elder.devices?.length !== 0;
  const devices = (elder.devices ?? []).map((device) => [device.id, device]);
  list(slot(section, "devices"), devices, "device-row", (row, device) =>
    updateDevice(row, device, now),
  );
  slot(section, "no-contacts").hidden = elder.contacts.length > 0;
  const contacts = elder.contacts.map((contact) => [String(contact.callingOrder), contact]);
  list(slot(section, "contacts"), contacts, "contact-row", updateContact);
  slot(section, "past-card").hidden = past.length === 0;
  const ended = past.map((alarm) => [alarm.id, alarm]);
  list(slot(section, "past"), ended, "past-row", (row, alarm) => updatePast(row, alarm, now));
}

function updateDevice(row, device, now) {
  row.dataset.online = device.online;
  fill(row, {
    kind: device.title,
    online: say(device.online ? "online" : "offline"),
    seen: device.lastSeenAt ? ago(Date.parse(device.lastSeenAt), now) : say("neverSeen"),
  });
}

function updateContact(row, contact) {
  fill(row, {
    name: contact.name,
    relation: say("relation", contact.relation),
    phone: contact.phone,
  });
}

function updatePast(row, alarm, now) {
  fill(row, {
    what: alarm.title,
    reason: say("reason", alarm.resolveReason),
    at: clock(Date.parse(alarm.raisedAt), now),
  });
}

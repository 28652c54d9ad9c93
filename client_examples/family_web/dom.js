/** Small ways to change the document, by text and attributes alone: nothing is ever parsed as HTML. */

import { translate } from "./words.js";

export const byId = (id) => document.getElementById(id);

/** Change a text only where it differs, so that a reader's selection and screen stay still. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The place of that name in a piece made from a template. */
export function slot(element, name) {
  return element.querySelector(`[data-slot="${name}"]`);
}

/** Fill places by name; a place whose text is empty is hidden. */
export function fill(element, texts) {
  for (const [name, text] of Object.entries(texts)) {
    const place = slot(element, name);
    setText(place, text);
    place.hidden = text === "";
  }
}

/**
 * Make a list's children those of the items, in their order. A child whose key stays is kept as it
 * is, with its focus.
 *
 * @param items `[key, item]` pairs
 * @param template id of the template that a new child is made from
 * @param update (child, item) => void
 */
export function list(parent, items, template, update) {
  const kept = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const keys = new Set(items.map(([key]) => key));
  for (const [key, child] of kept) if (!keys.has(key)) child.remove();
  let next = parent.firstElementChild;
  for (const [key, item] of items) {
    const child = kept.get(key) ?? made(template, key);
    update(child, item);
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
  parent.hidden = items.length === 0;
}

function made(template, key) {
  const child = byId(template).content.firstElementChild.cloneNode(true);
  child.dataset.key = key;
  translate(child);
  return child;
}

/** The access token: taken from the address once, kept for this tab alone. */

const KEY = "yiyang.token";

/** Move a token from the address's fragment into this tab's storage, out of sight and history. */
export function takeFromAddress() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return false;
  history.replaceState(null, "", location.pathname + location.search);
  remember(token);
  return true;
}

export function remember(token) {
  sessionStorage.setItem(KEY, token.trim());
}

export function token() {
  return sessionStorage.getItem(KEY);
}

export function forget() {
  sessionStorage.removeItem(KEY);
}

/** Whether a token's own end has passed. Only to choose the words: the server decides. */
export function hasExpired(token, now) {
  try {
    const payload = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(payload)).exp * 1000 <= now;
  } catch {
    return false;
  }
}

/** Who is signed in, and where the server is: kept in the phone's storage until they sign out. */

const KEPT = "yiyang.session";
const SERVER = "yiyang.server";

/** Where the server is. `yiyang demo` listens here; put your own address before you upload. */
const ADDRESS = "http://127.0.0.1:8000";

/** In the developer tools, and in them alone, another server and a pasted token may be tried. */
const isDevelopment = wx.getAccountInfoSync().miniProgram.envVersion === "develop";

/**
 * What the server has given to whoever is signed in.
 *
 * @typedef {{ id: string, name: string, role: string }} Account
 * @typedef {object} Session
 * @property {string} access the token that requests carry
 * @property {string} [refresh] what is changed for the next tokens, once; a pasted token has none
 * @property {number} [renewAt] when that is to be done, by the phone's own clock
 * @property {Account} account the one that they act in
 * @property {Account[]} accounts all of the person's
 */

/** @param {string} typed the server's address, with or without the path of its endpoint */
function setServer(typed) {
  wx.setStorageSync(SERVER, typed.trim().replace(/\/+(graphql\/*)?$/, "") || ADDRESS);
}

/** @returns {string} the server's address, without a slash at its end */
function server() {
  return (isDevelopment && wx.getStorageSync(SERVER)) || ADDRESS;
}

/** @param {Session} session under one key, so that none is ever kept by halves */
function keep(session) {
  wx.setStorageSync(KEPT, session);
}

/** @returns {Session | null} null where nobody is signed in */
function current() {
  return wx.getStorageSync(KEPT) || null;
}

function forget() {
  wx.removeStorageSync(KEPT);
}

/** Where the signed-in person's own page is: a volunteer's is the visits, everyone else's home. */
function startPage() {
  const signedIn = current();
  const isVolunteer = signedIn && signedIn.account.role === "VOLUNTEER";
  return isVolunteer ? "/pages/visits/visits" : "/pages/home/home";
}

/** Begin anew on the page of whoever is signed in now. */
function enter() {
  wx.reLaunch({ url: startPage() });
}

/** Send whoever is on a page that is not theirs to their own; whether that was so. */
function redirected(page) {
  if (!current()) leave("signInNone");
  else if (startPage() !== page) enter();
  else return false;
  return true;
}

/** Leave for the sign-in page; `reason` is the key of the sentence that says why. */
function leave(reason) {
  forget();
  wx.reLaunch({ url: `/pages/sign_in/sign_in?reason=${reason}` });
}

/** The server does not know whose phone this is any more; several answers may say so. */
function refused() {
  if (current()) leave("signInExpired");
}

module.exports = {
  isDevelopment,
  setServer,
  server,
  keep,
  current,
  forget,
  enter,
  redirected,
  leave,
  refused,
};

/** Who is signed in, and where the server is: kept in the phone's storage until they sign out. */

const TOKEN = "yiyang.token";
const SERVER = "yiyang.server";
const ROLE = "yiyang.role";

/** Where `yiyang demo` listens, seen from the developer tools on the same machine. */
const DEMO = "http://127.0.0.1:8000";

/** @param {string} typed the server's address, with or without the path of its endpoint */
function setServer(typed) {
  wx.setStorageSync(SERVER, typed.trim().replace(/\/+(graphql\/*)?$/, "") || DEMO);
}

/** @returns {string} the server's address, without a slash at its end */
function server() {
  return wx.getStorageSync(SERVER) || DEMO;
}

/** @param {string} pasted a token; the line breaks and spaces that pasting adds are dropped */
function setToken(pasted) {
  wx.setStorageSync(TOKEN, pasted.replace(/\s+/g, ""));
}

/** @returns {string} empty where nobody is signed in */
function token() {
  return wx.getStorageSync(TOKEN);
}

/** @param {string} role the viewer's, once the server has accepted the token */
function accept(role) {
  wx.setStorageSync(ROLE, role);
}

/** @returns {string} empty where the server has not accepted the token yet */
function role() {
  return wx.getStorageSync(ROLE);
}

function forget() {
  wx.removeStorageSync(TOKEN);
  wx.removeStorageSync(ROLE);
}

/** Where the signed-in person's own page is: a volunteer's is the visits, everyone else's home. */
function startPage() {
  return role() === "VOLUNTEER" ? "/pages/visits/visits" : "/pages/home/home";
}

/** Send whoever is on a page that is not theirs to their own; whether that was so. */
function redirected(page) {
  if (!token()) leave("signInNone");
  else if (startPage() !== page) wx.reLaunch({ url: startPage() });
  else return false;
  return true;
}

/** Leave for the sign-in page; `reason` is the key of the sentence that says why. */
function leave(reason) {
  forget();
  wx.reLaunch({ url: `/pages/sign_in/sign_in?reason=${reason}` });
}

/** The server does not accept the token any more, or never did; several answers may say so. */
function refused() {
  if (token()) leave(role() ? "signInExpired" : "signInRefused");
}

module.exports = {
  setServer,
  server,
  setToken,
  token,
  accept,
  startPage,
  redirected,
  forget,
  leave,
  refused,
};

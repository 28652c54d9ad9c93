/**
 * The tokens of whoever is signed in: got on WeChat's word, changed for new ones in time.
 *
 * A refresh token is good once. Whoever shows one twice is taken for its thief, and the session
 * ends. So one request at a time asks for tokens, and all who need them wait for its answer.
 */

const { FAILED, REFUSED, UNREACHABLE, post, trouble } = require("./http");
const session = require("./session");

/** So long before its end a token is changed, that the server still finds it good on arrival. */
const EARLY_S = 60;

/** The one request that asks for tokens, or gives them back. @type {Promise<any> | null} */
let underWay = null;

/** The one that changes the current ones. @type {Promise<void> | null} */
let renewing = null;

/**
 * Sign in on WeChat's word.
 *
 * @returns {Promise<string | null>} null where that is done; a ticket for `bindPhone` where the
 *   server has to be told once who this is
 */
function login() {
  return alone(byWechat);
}

/**
 * Say once who this is, by the number of the phone.
 *
 * @param {string} ticket
 * @param {string} code of WeChat's phone button
 */
function bindPhone(ticket, code) {
  const body = { ticket, code, device: device() };
  return alone(async () => keep(await given("/auth/wechat/phone", body)));
}

/** Go on as another of the person's accounts. @param {string} account its id */
function change(account) {
  return alone(() => refresh(account));
}

/** Sign out here at once; then the server is told, if it can be. */
function logout() {
  return alone(async () => {
    const { access, refresh: token } = known();
    session.leave("signInNone");
    if (!token) return;
    try {
      const { statusCode } = await post("/auth/logout", {}, access);
      if (statusCode !== 401) return;
      const { access_token } = await given("/auth/refresh", { refresh_token: token });
      await post("/auth/logout", {}, access_token);
    } catch (error) {
      // Nobody has the tokens any more: the session ends by itself, unused.
    }
  });
}

/**
 * The access token of whoever is signed in.
 *
 * @param {string | null} [spoilt] the one that the server has just refused
 * @returns {Promise<string>} a failure is an Error whose `kind` is REFUSED where nobody is signed
 *   in any more, UNREACHABLE or FAILED
 */
async function good(spoilt) {
  const before = session.current();
  if (before && isGood(before, spoilt)) return before.access;
  await renewed(spoilt);
  const { access, account } = known();
  // What was begun as one account is not to be done as another.
  if (before && account.id !== before.account.id) throw trouble(FAILED, account.name);
  return access;
}

/**
 * Send a request with the token; once more with a new one where that was refused.
 *
 * @param {(token: string) => Promise<{ statusCode: number, data: any }>} send
 */
async function withToken(send) {
  const first = await good();
  const answer = await send(first);
  return answer.statusCode === 401 ? send(await good(first)) : answer;
}

function renewed(spoilt) {
  if (renewing) return renewing;
  const done = () => {
    renewing = null;
  };
  renewing = alone(() => renew(spoilt));
  renewing.then(done, done);
  return renewing;
}

/** Change the tokens. Where they are good for nothing, WeChat's word is asked for silently. */
async function renew(spoilt) {
  const before = known();
  if (isGood(before, spoilt)) return;
  if (!before.refresh) throw trouble(REFUSED, "401");
  try {
    await refresh();
  } catch (error) {
    if (error.kind !== REFUSED) throw error;
    if (await byWechat()) throw error;
  }
}

async function refresh(account) {
  keep(await given("/auth/refresh", { refresh_token: known().refresh, account }));
}

async function byWechat() {
  const { code } = await wx.login().catch(({ errMsg }) => {
    throw trouble(UNREACHABLE, errMsg);
  });
  const app = wx.getAccountInfoSync().miniProgram.appId;
  const answer = await given("/auth/wechat", { code, app, device: device() });
  if (answer.needs_phone) return answer.ticket;
  keep(answer);
  return null;
}

/** Nothing else asks for tokens meanwhile, or gives them back. */
async function alone(work) {
  while (underWay) await underWay.catch(() => {});
  underWay = work();
  try {
    return await underWay;
  } finally {
    underWay = null;
  }
}

/** What a door answers. Its refusals are REFUSED, with their `code` and the server's words. */
async function given(path, body) {
  const { statusCode, data } = await post(path, body);
  if (statusCode === 200) return data;
  const { error: code, error_description: text } = data || {};
  const isLater = statusCode === 429 || statusCode >= 500;
  throw Object.assign(trouble(isLater ? FAILED : REFUSED, text || `HTTP ${statusCode}`), { code });
}

/** From now on these count; another account begins on its own page. */
function keep({ access_token, refresh_token, expires_in, account, accounts }) {
  const before = session.current();
  const renewAt = Date.now() + Math.max(expires_in - EARLY_S, expires_in / 2) * 1000;
  session.keep({ access: access_token, refresh: refresh_token, renewAt, account, accounts });
  if (!before || before.account.id !== account.id) session.enter();
}

function known() {
  const current = session.current();
  if (!current) throw trouble(REFUSED, "401");
  return current;
}

/** @param {import("./session").Session} kept @param {string | null} [spoilt] */
function isGood({ access, renewAt }, spoilt) {
  return access !== spoilt && !(renewAt && Date.now() >= renewAt);
}

/** What the phone is called in its owner's list of devices. */
function device() {
  const { brand, model } = wx.getDeviceInfo();
  return `${brand} ${model}`.slice(0, 100);
}

module.exports = { login, bindPhone, change, logout, good, withToken };

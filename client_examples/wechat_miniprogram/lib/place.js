/** Where the volunteer is, in GCJ-02, which China's maps and the server's places are in. */

const EARTH_M = 6371000;

/** Where they last were: WeChat answers too many questions in a row with a failure. */
let last = null;

/**
 * @typedef {{ longitude: number, latitude: number, accuracyM: number }} Place
 * @returns {Promise<{ here: Place | null, isRefused: boolean }>} nowhere where WeChat cannot or may not tell
 */
async function whereAmI() {
  try {
    const { longitude, latitude, accuracy } = await wx.getLocation({ type: "gcj02" });
    last = { longitude, latitude, accuracyM: accuracy };
    return { here: last, isRefused: false };
  } catch ({ errMsg }) {
    // `fail auth deny`, `fail:auth denied`, `fail authorize no response`: by system and version.
    const isRefused = /auth/.test(errMsg);
    return { here: isRefused ? null : last, isRefused };
  }
}

/** How far two places are apart, in metres. */
function distance(one, other) {
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const north = radians(other.latitude - one.latitude);
  const east =
    radians(other.longitude - one.longitude) *
    Math.cos(radians((one.latitude + other.latitude) / 2));
  return EARTH_M * Math.sqrt(north * north + east * east);
}

module.exports = { whereAmI, distance };

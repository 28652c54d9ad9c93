/** Sound and vibration for an alarm. Browsers allow sound only after a touch: it is switched on. */

const NOTES_HZ = [880, 660, 880];
const NOTE_SECONDS = 0.32;

let audio = null;

export const isSupported = "AudioContext" in window;

export function isOn() {
  return audio !== null;
}

/** Switch the sound on, which plays it once, or off. To be called from a touch. */
export function toggle() {
  if (audio) {
    audio.close();
    audio = null;
  } else {
    audio = new AudioContext();
    play();
  }
}

/** Make oneself noticed, as far as the phone and its owner allow. */
export function ring() {
  // Before the first touch a browser refuses to vibrate, and says so in the console.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([400, 200, 400, 200, 400]);
  if (audio) play();
}

function play() {
  NOTES_HZ.forEach((hertz, place) => {
    const start = audio.currentTime + place * NOTE_SECONDS;
    const note = audio.createOscillator();
    const loudness = audio.createGain();
    note.frequency.value = hertz;
    loudness.gain.setValueAtTime(0.0001, start);
    loudness.gain.exponentialRampToValueAtTime(0.4, start + 0.03);
    loudness.gain.exponentialRampToValueAtTime(0.0001, start + NOTE_SECONDS);
    note.connect(loudness).connect(audio.destination);
    note.start(start);
    note.stop(start + NOTE_SECONDS);
  });
}

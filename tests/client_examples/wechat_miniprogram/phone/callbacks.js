/** How WeChat answers: by callbacks, never before the call has returned, or by a promise. */

/** Why a call of the API fails, in WeChat's words. */
class Failure extends Error {
  constructor(message, errno) {
    super(message);
    this.errno = errno;
  }
}

/**
 * Answer a call of the API.
 *
 * @param {string} name of the API, which begins every `errMsg`
 * @param {{ success?: Function, fail?: Function, complete?: Function }} options
 * @param {() => object | Promise<object>} work what a success carries; throws a Failure
 * @returns a promise, where no callback was given
 */
function answer(name, options, work) {
  const { success, fail, complete } = options;
  const succeeded = Promise.resolve()
    .then(work)
    .then((result) => ({ ...result, errMsg: `${name}:ok` }));
  if (!success && !fail && !complete) {
    return succeeded.catch((error) => Promise.reject(failure(name, error)));
  }
  const tell = (listener) => (result) => {
    listener?.(result);
    complete?.(result);
  };
  succeeded.then(tell(success), (error) => tell(fail)(failure(name, error)));
}

/** Anything but a Failure is a defect of this phone's, and is not to be caught by anyone. */
function failure(name, error) {
  if (!(error instanceof Failure)) throw error;
  return { errMsg: `${name}:fail ${error.message}`, errno: error.errno };
}

module.exports = { answer, Failure };

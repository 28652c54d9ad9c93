/**
 * Nothing is shared between pages but what lib/ keeps: the session in the phone's storage. Each
 * page asks for its own data, and lets go of its socket when it is hidden.
 */
App({});

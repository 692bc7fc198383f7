// What this browser keeps for the page: `get` and `put` by name. A browser that keeps nothing changes nothing else.
"use strict";

const memory = (() => {
  const key = (name) => `promptkit-${name}`;

  /** What was kept, if it has the same kind as `fallback`; anybody can write there, so it may be anything. */
  function get(name, fallback) {
    try {
      const kept = JSON.parse(localStorage.getItem(key(name)));
      return typeof kept === typeof fallback && kept !== null && Array.isArray(kept) === Array.isArray(fallback) ? kept : fallback;
    } catch {
      return fallback;
    }
  }

  /** Whether it could be kept. */
  function put(name, value) {
    try {
      localStorage.setItem(key(name), JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }

  return { get, put };
})();

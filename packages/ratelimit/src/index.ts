// How many calls in a time.

// How many calls at once: concurrency/.

export {};

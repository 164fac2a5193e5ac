// One process at a time: a file that holds the owner's process id.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const pollMs = 100;

/**
 * Returns what `body` returns, run while holding the lock. `onWait` is called once if another process holds it.
 * Throws after `timeoutMs`; the lock of a process that died is taken over.
 *
 * @param {string} path
 * @template T
 * @param {() => T} body
 * @param {{ onWait?: () => void, timeoutMs?: number }} [options]
 */
export function withLock(path, body, { onWait = () => {}, timeoutMs = 300_000 } = {}) {
  const giveUpAt = performance.now() + timeoutMs;
  for (let waited = false; !acquire(path); waited = true) {
    if (!waited) onWait();
    if (performance.now() > giveUpAt)
      throw new Error(`another process holds ${path}: end it or remove the file`);
    // Sleeps synchronously: nothing else can happen in this process before the lock is free.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMs);
  }
  try {
    return body();
  } finally {
    rmSync(path, { force: true });
  }
}

function acquire(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isOwnerAlive(path)) rmSync(path, { force: true });
    return false;
  }
}

function isOwnerAlive(path) {
  try {
    process.kill(Number(readFileSync(path, 'utf8')), 0);
    return true;
  } catch (error) {
    // Released meanwhile (ENOENT) reads as alive: the next attempt takes the lock.
    return error.code !== 'ESRCH';
  }
}

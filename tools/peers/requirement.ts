/**
 * Whether a test that needs something of the machine can run. Where it is missing the test is
 * skipped, with one line that says what to install; with `FAIRLEAD_REQUIRE_SERVERS=1`, as in CI, it
 * fails instead.
 */
export function isMet(what: string, available: boolean, remedy: string): boolean {
  if (available) return true;
  const message = `${what} is not there: ${remedy}`;
  if (process.env['FAIRLEAD_REQUIRE_SERVERS'] === '1') throw new Error(message);
  console.warn(`skipped: ${message}`);
  return false;
}

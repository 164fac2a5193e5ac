/** How long what has been closed may take to go, in milliseconds. */
const patienceMs = 10_000;

/**
 * The resources that this process still has, when what goes by itself is gone: Node takes some turns of
 * the event loop to let go of what has been closed, and its own work on files ends when it ends.
 */
export async function whatIsLeft(): Promise<string[]> {
  // The pipe to whoever reads the output is no work of ours.
  const left = () => process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap');
  const until = performance.now() + patienceMs;
  while (left().length > 0 && performance.now() < until)
    await new Promise((resolve) => setImmediate(resolve));
  return left();
}

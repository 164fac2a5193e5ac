const { stdout } = process;

/**
 * Writes to the standard output. Where nobody reads it any more, as after `| head`, the text is lost and
 * the process goes on, as with `console.log`: the stream's error is caught, for this write alone.
 */
export function toStandardOutput(text: string): void {
  stdout.once('error', ignore);
  try {
    stdout.write(text, written);
  } finally {
    stdout.removeListener('error', ignore);
  }
}

/** An error that comes later is emitted after this, once for all writes that wait. */
function written(error: Error | null | undefined): void {
  if (error && !stdout.listeners('error').includes(ignore)) stdout.once('error', ignore);
}

function ignore(): void {}

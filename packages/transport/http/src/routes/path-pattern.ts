/** A path that routes have, checked. */
export interface PathPattern {
  /** What is looked for: the path itself; with an optional parameter, also the path without it. */
  readonly variants: readonly string[];
  /** The parameters' names, in the order of the path. */
  readonly names: readonly string[];
}

/**
 * Checks a path and takes it apart. Throws a `TypeError` that names the path and the remedy: a
 * segment is plain text, a whole parameter `:name`, or, at the end alone, `:name?` or `*`.
 */
export function parsePath(path: string): PathPattern {
  const complain = (what: string): never => {
    throw new TypeError(`the path ${JSON.stringify(path)} ${what}`);
  };
  if (!path.startsWith('/')) complain("must start with '/'");
  const segments = path.slice(1).split('/');
  const last = segments.pop() ?? '';
  for (const segment of segments) {
    if (segment === '') complain("has an empty segment: write one '/' between two segments");
    if (segment === '*') complain("has a '*' before its end: name the segment, as in ':name'");
    if (/^:\w+\?$/.test(segment))
      complain('has an optional parameter before its end: declare a route for each of the two');
    complainOf(segment, complain);
  }
  const optional = last.startsWith(':') && last.endsWith('?');
  const end = optional ? last.slice(0, -1) : last;
  if (end !== '' && end !== '*') complainOf(end, complain);
  const names = [...segments, end].filter((s) => s.startsWith(':')).map((s) => s.slice(1));
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) complain(`has two parameters :${twice}: give one another name`);
  if (!optional) return { variants: [path], names };
  const without = `/${segments.join('/')}`;
  return { variants: [path.slice(0, -1), without], names };
}

function complainOf(segment: string, complain: (what: string) => never): void {
  if (/[()]/.test(segment))
    complain('has a regular expression: take a plain parameter and check it in decode');
  if (segment.startsWith(':') && !/^:[A-Za-z_]\w*$/.test(segment))
    complain(
      `has ${segment} for a parameter: one is a whole segment, named by letters, digits and _`,
    );
  if (segment === '.' || segment === '..')
    complain(`has the segment ${segment}, which clients resolve before they send it: leave it out`);
  if (segment.includes('%')) complain("has a '%': write the text as it reads, without encoding");
  if (segment.includes('*')) complain("has a '*' that is no whole segment: write '/*' at its end");
  if (!segment.startsWith(':') && /[\s?#:\\\p{Cc}]/u.test(segment))
    complain(`has the segment ${JSON.stringify(segment)} that is neither plain text nor :name`);
}

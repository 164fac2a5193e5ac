import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const here = (path: string): URL => new URL(path, import.meta.url);
const page = readFileSync(here('./limits.md'), 'utf8');

/** An option that is a number, with the default that its comment promises. */
interface Limit {
  readonly name: string;
  readonly byDefault: string;
}

const option = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*readonly (\w+)\?: number/g;
const promise = /Default:? (no limit|\d[\d ]*\d(?: [KM]iB)?|\d+(?: [KM]iB)?)/;

/** The limits that the sources of a package name; `port` is none. */
function limitsOf(place: string): readonly Limit[] {
  const folder = `../packages/${place}/src/`;
  const files = readdirSync(here(folder), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.includes('.test'));
  return sources.flatMap((file) =>
    [...readFileSync(here(folder + file), 'utf8').matchAll(option)].flatMap(([, comment, name]) => {
      const byDefault = promise.exec((comment ?? '').replaceAll(/\s*\n\s*\*?\s*/g, ' '))?.[1];
      const isLimit = name !== undefined && name !== 'port' && byDefault !== undefined;
      return isLimit ? [{ name, byDefault }] : [];
    }),
  );
}

it.each([
  ['transport/http', '@fairlead/http', 12],
  ['transport/grpc', '@fairlead/grpc', 10],
  ['transport/jsonrpc', '@fairlead/jsonrpc', 5],
  ['transport/core', '@fairlead/transport', 1],
  ['ratelimit', '@fairlead/ratelimit', 3],
  ['circuitbreaker', '@fairlead/circuitbreaker', 10],
  ['resilience', '@fairlead/resilience', 4],
  ['metrics', '@fairlead/metrics', 3],
  ['log', '@fairlead/log', 3],
  ['run', '@fairlead/run', 6],
  ['health', '@fairlead/health', 6],
])('has a row for each limit of %s, with the default of the code', (folder, name, atLeast) => {
  const [, section = ''] = page.split(`### \`${name}\`\n`);
  const rows = (section.split(/\n##/, 1)[0] ?? '').split('\n');
  const limits = limitsOf(folder);
  expect(limits.length).toBeGreaterThanOrEqual(atLeast);
  const missing = limits.filter(
    (limit) =>
      !rows.some((row) => {
        const [, first = '', second = ''] = row.split('|');
        return first.includes(`\`${limit.name}\``) && second.trim().startsWith(limit.byDefault);
      }),
  );
  expect(missing, 'add these to docs/limits.md, or correct them there').toEqual([]);
});

it('names tests that are there', () => {
  const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => path);
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter((path) => !existsSync(here(path)))).toEqual([]);
});

import { remembered } from './remembered.ts';

/** What stands in the place of a value that is not written. */
export const redacted = '[redacted]';

/** Names whose values are secrets wherever they stand; case, `-` and `_` make no difference. */
const secretNames = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'password',
  'passwd',
  'passphrase',
  'secret',
  'client_secret',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'api_key',
  'x-api-key',
  'private_key',
  'credentials',
];

/** Whether the value under a name is a secret; `path` leads to it from the fields, the name included. */
export type Redaction = (name: string, path: readonly string[]) => boolean;

/**
 * Decides what is a secret: names of ours, further names, and paths such as `user.email` or
 * `items.*.card`, in which `*` stands for any one name. Throws a `TypeError` for an empty one.
 */
export function redaction(more: readonly string[]): Redaction {
  for (const entry of more) {
    if (entry.split('.').includes('')) {
      throw new TypeError(
        `redact cannot name ${JSON.stringify(entry)}: use a name, or a path as in 'user.email'`,
      );
    }
  }
  const names = new Set(
    [...secretNames, ...more.filter((entry) => !entry.includes('.'))].map(plainName),
  );
  const paths = more.filter((entry) => entry.includes('.')).map((entry) => entry.split('.'));
  const isSecretName = remembered((name) => names.has(plainName(name)));

  return (name, path) =>
    isSecretName(name) || (paths.length > 0 && paths.some((parts) => leadsTo(parts, path)));
}

function leadsTo(parts: readonly string[], path: readonly string[]): boolean {
  return parts.length === path.length && parts.every((part, i) => part === '*' || part === path[i]);
}

function plainName(name: string): string {
  return name.replaceAll(/[-_]/g, '').toLowerCase();
}

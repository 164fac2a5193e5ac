import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Manifest } from './workspace.ts';

/**
 * The file that tells whose code is among `modules`, which are paths, with the text of each license; no file where none
 * is others'. Throws for a package that has no text of its license.
 */
export function thirdPartyLicenses(modules: readonly string[]): [file: string, text: string][] {
  const folders = modules.filter((path) => path.includes('node_modules')).map(packageFolder);
  const notices = [...new Set(folders)].map(notice).sort();
  if (notices.length === 0) return [];
  const head = 'The JavaScript of this folder contains code of these packages.\n';
  return [['third-party-licenses.txt', [head, ...notices].join(`\n${'-'.repeat(80)}\n\n`)]];
}

/** The package that a module was installed with: some have a package.json without a name in a folder below. */
function packageFolder(path: string): string {
  const [folder] = /^.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+/.exec(path) ?? [];
  return folder ?? dirname(path);
}

function notice(folder: string): string {
  // Sound: every installed package has one with a name.
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const { name, version, license } = manifest;
  const file = readdirSync(folder).find((one) => /^(licen[cs]e|copying)\b/i.test(one));
  if (file === undefined)
    throw new Error(
      `${name} ${version} has no text of its license: it cannot stand in what we publish; make it a dependency`,
    );
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}

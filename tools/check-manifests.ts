import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Manifest,
  type Package,
  publishedPackages,
  root,
  workspacePackages,
} from './workspace.ts';

interface ManifestRule {
  readonly rule: string;
  readonly holds: (manifest: Manifest) => boolean;
}

/** What every published package.json says. */
const rules: readonly ManifestRule[] = [
  { rule: '"type" is "module"', holds: ({ type }) => type === 'module' },
  { rule: '"sideEffects" is false', holds: ({ sideEffects }) => sideEffects === false },
  {
    rule: '"engines" is { "node": ">=20.19" }',
    holds: ({ engines }) => engines?.['node'] === '>=20.19',
  },
  { rule: '"license" is "MIT"', holds: ({ license }) => license === 'MIT' },
  { rule: '"description" says what it is', holds: ({ description }) => Boolean(description) },
  {
    rule: 'no "peerDependenciesMeta": a peer is required, or handed in through a structural interface',
    holds: ({ peerDependenciesMeta }) => peerDependenciesMeta === undefined,
  },
];

/** Every broken rule of the whole workspace, as one readable line. */
export function manifestProblems(): string[] {
  const published = publishedPackages();
  const folders = published.map(({ folder }) => folder);
  return [
    ...checkManifests(published),
    ...folders
      .filter((folder) => !existsSync(join(root, folder, 'README.md')))
      .map((folder) => `${folder}: write README.md: what it is, when to use it, a block that runs`),
    ...oneVersion(workspacePackages()),
  ];
}

export function checkManifests(packages: readonly Package[]): string[] {
  return packages.flatMap(({ folder, manifest }) =>
    rules
      .filter(({ holds }) => !holds(manifest))
      .map(({ rule }) => `${folder}/package.json: breaks: ${rule}`),
  );
}

/** All packages carry the version of the first. */
export function oneVersion(packages: readonly Package[]): string[] {
  const version = packages[0]?.manifest.version;
  return packages
    .filter(({ manifest }) => manifest.version !== version)
    .map(
      ({ folder, manifest }) =>
        `${folder}/package.json: set "version" to ${version}, not ${manifest.version}`,
    );
}

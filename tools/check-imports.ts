// Keeps the direction of imports that the design fixes.
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { findCycles } from './import-graph.ts';
import { moduleImports } from './module-imports.ts';
import {
  filesBelow,
  inlined,
  isSource,
  ownerOf,
  type Package,
  packageName,
  root,
  workspacePackages,
} from './workspace.ts';

/** Where a package lives: `packages/transport/http` is the binding `http` of the concept `transport`. */
interface Place {
  readonly area: string;
  readonly concept: string;
  readonly binding: string | undefined;
}

interface DirectionRule {
  readonly rule: string;
  readonly remedy: string;
  readonly forbids: (from: Place, to: Place) => boolean;
}

/** What a source of one package may not import from another. Tests may. */
const directionRules: readonly DirectionRule[] = [
  {
    rule: 'endpoint imports nothing of ours',
    remedy: 'move what needs the import into a package that builds on endpoint',
    forbids: (from) => from.concept === 'endpoint',
  },
  {
    rule: 'transport and sd never import each other',
    remedy: "let the user's factory join the two",
    forbids: (from, to) =>
      (from.concept === 'transport' && to.concept === 'sd') ||
      (from.concept === 'sd' && to.concept === 'transport'),
  },
  {
    rule: 'sd never imports lb',
    remedy: 'turn the import round: lb builds on sd',
    forbids: (from, to) => from.concept === 'sd' && to.concept === 'lb',
  },
  {
    rule: 'health and run import endpoint alone',
    remedy: 'declare a small structural interface for what the user hands in',
    forbids: (from, to) =>
      (from.concept === 'health' || from.concept === 'run') && to.concept !== 'endpoint',
  },
  {
    rule: 'bindings of one concept never import each other',
    remedy: 'move what they share into the core of the concept',
    forbids: (from, to) =>
      from.concept === to.concept && isBinding(from) && isBinding(to) && !isCarriedBy(from, to),
  },
  {
    rule: 'the core of a concept never imports its bindings',
    remedy: 'let the binding import the core',
    forbids: (from, to) => from.concept === to.concept && from.binding === 'core' && isBinding(to),
  },
  {
    rule: 'only tests, examples and bench import testing',
    remedy: 'move what a source needs out of testing',
    forbids: (from, to) => from.area === 'packages' && to.concept === 'testing',
  },
];

/**
 * Bindings that are a protocol over another binding, which they import for what it does already.
 * JSON-RPC is messages in the bodies of HTTP: its calls have HTTP's headers, limits, deadlines and
 * connections, and a core that held all of that would be an HTTP binding.
 */
const carriers: Readonly<Record<string, string>> = { 'transport/jsonrpc': 'transport/http' };

const crossingRemedy = 'import the other package by its name, @fairlead/…';
const areaRemedy = 'move what is needed into a package';
const declareRemedy =
  'add it to dependencies or peerDependencies (node: for a built-in module); only what tools/workspace.ts lists as inlined is a development dependency';
const cycleRemedy = 'move what both need into a module of its own';

/** A module and the specifiers it imports. `file` is relative to the root, with forward slashes. */
export interface Module {
  readonly file: string;
  readonly imports: readonly string[];
}

/** Every broken rule of the whole workspace, as one readable line. */
export function importProblems(): string[] {
  const packages = workspacePackages();
  const modules = packages
    .flatMap(({ folder }) => filesBelow(folder))
    .filter((file) => /\.m?ts$/.test(file))
    .map((file) => ({
      file,
      imports: moduleImports(file, readFileSync(join(root, file), 'utf8')),
    }));
  return checkImports(modules, packages);
}

export function checkImports(modules: readonly Module[], packages: readonly Package[]): string[] {
  const problems = modules.flatMap((module) => {
    const owner = ownerOf(module.file, packages);
    if (!owner) return [];
    return module.imports.flatMap((specifier) => {
      const broken = brokenRule(module.file, specifier, owner, packages);
      return broken
        ? [`${module.file}: '${specifier}' breaks "${broken.rule}": ${broken.remedy}`]
        : [];
    });
  });
  return [...problems, ...cycleProblems(modules, packages)];
}

type Broken = Pick<DirectionRule, 'rule' | 'remedy'>;

function brokenRule(
  file: string,
  specifier: string,
  owner: Package,
  packages: readonly Package[],
): Broken | undefined {
  if (specifier.startsWith('.')) {
    const inside = resolveRelative(file, specifier).startsWith(`${owner.folder}/`);
    return inside
      ? undefined
      : { rule: 'no relative path leaves its package', remedy: crossingRemedy };
  }
  const target = packages.find(({ manifest }) => manifest.name === packageName(specifier));
  const from = placeOf(owner);
  if (target && from.area === 'packages' && placeOf(target).area !== 'packages') {
    return { rule: 'packages never import examples or bench', remedy: areaRemedy };
  }
  if (!isSource(file, owner)) return undefined;
  return directionBroken(from, target, owner) ?? undeclared(specifier, owner);
}

function directionBroken(
  from: Place,
  target: Package | undefined,
  owner: Package,
): Broken | undefined {
  if (!target || target === owner) return undefined;
  return directionRules.find(({ forbids }) => forbids(from, placeOf(target)));
}

function undeclared(specifier: string, { manifest, folder }: Package): Broken | undefined {
  const name = packageName(specifier);
  const shipped = { ...manifest.dependencies, ...manifest.peerDependencies };
  const declared = folder.startsWith('packages/')
    ? shipped
    : { ...shipped, ...manifest.devDependencies };
  const isInlined = inlined.has(name) && name in { ...manifest.devDependencies };
  const known = specifier.startsWith('node:')
    ? isBuiltin(specifier)
    : name in declared || isInlined;
  if (known || name === manifest.name) return undefined;
  return { rule: 'a source imports what its package declares', remedy: declareRemedy };
}

function cycleProblems(modules: readonly Module[], packages: readonly Package[]): string[] {
  const sources = modules.filter(({ file }) => {
    const owner = ownerOf(file, packages);
    return owner !== undefined && isSource(file, owner);
  });
  const files = new Map(
    sources.map(({ file, imports }) => [
      file,
      imports.filter((name) => name.startsWith('.')).map((name) => resolveRelative(file, name)),
    ]),
  );
  const names = new Map<string, string[]>();
  for (const { file, imports } of sources) {
    const { name } = ownerOf(file, packages)?.manifest ?? { name: file };
    const others = imports.map(packageName).filter((other) => other !== name);
    names.set(name, [...(names.get(name) ?? []), ...others]);
  }
  return [...findCycles(files), ...findCycles(names)].map(
    (cycle) => `${cycle[0]}: '${cycle.join(' → ')}' breaks "no import cycles": ${cycleRemedy}`,
  );
}

function placeOf({ folder }: Package): Place {
  const [area = '', concept = '', binding] = folder.split('/');
  return { area, concept, binding };
}

function isCarriedBy(from: Place, to: Place): boolean {
  return carriers[`${from.concept}/${from.binding}`] === `${to.concept}/${to.binding}`;
}

function isBinding({ binding }: Place): boolean {
  return binding !== undefined && binding !== 'core';
}

function resolveRelative(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier);
}

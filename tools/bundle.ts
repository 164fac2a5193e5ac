import { builtinModules, isBuiltin } from 'node:module';
import { isAbsolute, join } from 'node:path';
import { type OutputAsset, type OutputChunk, type Plugin, rolldown } from 'rolldown';
import { esmExternalRequirePlugin } from 'rolldown/plugins';
import { thirdPartyLicenses } from './third-party-licenses.ts';
import { inlined, type Package, packageName, root } from './workspace.ts';

/** The condition of `exports` under which a package names its sources. */
const sourceCondition = '@fairlead/source';

/**
 * The JavaScript of a package as text, by its path in `dist`: a file for each entry of its `exports`, one more for what
 * entries share, their source maps, and the licenses of the code of others that stands in it. The same sources give
 * the same text.
 */
export async function bundle(from: Package): Promise<ReadonlyMap<string, string>> {
  const folder = join(root, from.folder);
  const build = await rolldown({
    cwd: folder,
    input: entries(from),
    platform: 'node',
    tsconfig: false,
    transform: { target: 'node20' },
    // An import whose names nobody uses is left out: those of the bundler itself are not for every host of `fetch`.
    treeshake: { moduleSideEffects: 'no-external' },
    // What CommonJS requires of Node becomes an import: in ES modules there is no `require`.
    plugins: [
      onlyDeclared(from),
      esmExternalRequirePlugin({ external: [...builtinModules, /^node:/] }),
    ],
    onLog(level, log) {
      if (level === 'warn') throw new Error(`${from.folder}: ${log.message}`);
    },
  });
  try {
    const { output } = await build.generate({
      dir: join(folder, 'dist'),
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'shared-[name].js',
      keepNames: true,
      // The documentation of what is exported stands in the declarations.
      comments: { legal: true, annotation: true, jsdoc: false },
      sourcemap: true,
      // The sources are published beside it.
      sourcemapExcludeSources: true,
      sourcemapPathTransform: (source) => source.replace(/^.*\/node_modules\//, '../node_modules/'),
    });
    const chunks = output.filter((file) => file.type === 'chunk');
    return new Map([...output.map(fileOf), ...thirdPartyLicenses(modulesOf(chunks))]);
  } finally {
    await build.close();
  }
}

/** The sources of a package's entries, by the name of what is built of them. */
function entries({ folder, manifest }: Package): Record<string, string> {
  const sources = Object.values(manifest.exports ?? {}).flatMap((target) =>
    typeof target === 'string' ? [] : [target[sourceCondition] ?? ''],
  );
  const named = sources.map((source): [string, string] => {
    const [, name] = /^\.\/src\/(.*)\.ts$/.exec(source) ?? [];
    if (name === undefined)
      throw new Error(
        `${folder}/package.json: each entry of "exports" names a "${sourceCondition}" in ./src, not '${source}'`,
      );
    return [name, source];
  });
  return Object.fromEntries(named);
}

/** Leaves to the user's installation what the package depends on; takes in nothing but what is listed as `inlined`. */
function onlyDeclared({ folder, manifest }: Package): Plugin {
  const installed = { ...manifest.dependencies, ...manifest.peerDependencies };
  return {
    name: 'only-declared',
    resolveId(specifier, importer = '') {
      if (specifier.startsWith('.') || specifier.startsWith('\0') || isAbsolute(specifier)) return;
      if (isBuiltin(specifier)) return;
      const name = packageName(specifier);
      if (name in installed) return { id: specifier, external: true };
      if (inlined.has(name) || importer.includes('node_modules')) return;
      throw new Error(
        `${folder}: '${specifier}' is neither a dependency nor one of those that tools/workspace.ts lists as inlined`,
      );
    },
  };
}

function modulesOf(chunks: readonly OutputChunk[]): string[] {
  return chunks.flatMap(({ moduleIds }) => moduleIds);
}

function fileOf(file: OutputChunk | OutputAsset): [file: string, text: string] {
  return [file.fileName, file.type === 'chunk' ? withoutEffects(file.code) : String(file.source)];
}

/**
 * Says of each CommonJS module within that loading it has no effect, so that a bundler of the user's leaves it out with
 * what needs it. No line becomes another: the source map holds.
 */
function withoutEffects(code: string): string {
  const module = '(/* @__PURE__ */ __commonJSMin(';
  return code.replaceAll(module, `/* @__PURE__ */ ${module}`);
}

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { filterProblems, problemKindInfo } from '@arethetypeswrong/core/problems';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packAll, type Tarball } from './pack.ts';

/** What a user would trip over in the packages as published. Needs a finished build. */
export async function packageProblems(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-check-'));
  try {
    const problems: string[] = [];
    for (const tarball of await packAll(folder)) {
      const { name } = tarball.package.manifest;
      const found = [...(await layoutProblems(tarball)), ...(await typeProblems(tarball))];
      problems.push(...found.map((problem) => `${name}: ${problem}`));
    }
    return problems;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function layoutProblems({ package: { manifest }, path }: Tarball): Promise<string[]> {
  const tarball = Uint8Array.from(readFileSync(path)).buffer;
  const { messages } = await publint({ pack: { tarball }, strict: true });
  return messages.map((message) => formatMessage(message, manifest) ?? message.code);
}

/** Problems of TypeScript's resolution from ES modules: Fairlead has no CommonJS builds to resolve. */
async function typeProblems({ path }: Tarball): Promise<string[]> {
  const analysis = await checkPackage(createPackageFromTarballData(readFileSync(path)));
  if (!analysis.types) return ['the tarball has no types: is it built?'];
  const problems = (['node16-esm', 'bundler'] as const).flatMap((resolutionKind) =>
    filterProblems(analysis, { resolutionKind }),
  );
  const texts = problems.map((problem) => {
    const { title, shortDescription, docsUrl } = problemKindInfo[problem.kind];
    const place = 'entrypoint' in problem ? problem.entrypoint : '';
    return `${title} ${place}: ${shortDescription} ${docsUrl}`;
  });
  return [...new Set(texts)];
}

// `npm run build`: writes the `dist` of every published package.
import { buildPackages } from './build-packages.ts';

try {
  await buildPackages();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

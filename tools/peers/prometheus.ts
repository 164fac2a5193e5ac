import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from './process.ts';
import { onFreePorts, type ServerProcess, startServer } from './server-process.ts';
import { hasServer, serverProgram } from './servers.ts';

/** Whether tests against a real Prometheus can run on this machine. */
export function hasPrometheus(): boolean {
  return hasServer('prometheus') && hasServer('promtool');
}

/** A server of Prometheus. */
export interface Prometheus extends ServerProcess {
  /** Where its API is: `http://127.0.0.1:port`. */
  readonly url: string;
}

/** Starts a server that scrapes `/metrics` of these addresses, several times a second, and keeps exemplars. */
export function startPrometheus(targets: readonly string[]): Promise<Prometheus> {
  return onFreePorts(async () => {
    const [port] = await freePorts(1);
    const address = `127.0.0.1:${port}`;
    const url = `http://${address}`;
    const server = await startServer({
      command: serverProgram('prometheus'),
      arguments: (folder) => [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${address}`,
        '--enable-feature=exemplar-storage',
        '--log.level=warn',
      ],
      prepare: (folder) => writeFile(join(folder, 'prometheus.yml'), config(targets)),
      isReady: async (signal) => (await fetch(`${url}/-/ready`, { signal })).ok,
    });
    return { ...server, url };
  });
}

/** JSON is YAML. */
function config(targets: readonly string[]): string {
  const job = { job_name: 'test', static_configs: [{ targets }] };
  const scraping = { scrape_interval: '200ms', scrape_timeout: '200ms' };
  return JSON.stringify({ global: scraping, scrape_configs: [job] });
}

/** What `promtool check metrics` says of a page in the text format: nothing where all is well. */
export function checkMetrics(page: string): string {
  const { status, stdout, stderr } = spawnSync(serverProgram('promtool'), ['check', 'metrics'], {
    input: page,
    encoding: 'utf8',
  });
  const said = `${stdout}${stderr}`;
  return status === 0 || said !== '' ? said : `promtool ended with ${status}`;
}

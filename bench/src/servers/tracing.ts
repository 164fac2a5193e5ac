import { createRequire } from 'node:module';
import { type ServerTracing, traceServer } from '@fairlead/tracing';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  NodeTracerProvider,
} from '@opentelemetry/sdk-trace-node';
import { handlerOf } from './fairlead-handler.ts';
import { plainListener } from './plain-listener.ts';
import { serve } from './serve.ts';

/** The SDK as a program installs it, with an exporter that takes everything and does nothing. */
function installSdk(isSampled: boolean, contextManager?: null): void {
  const exporter = {
    export: (_spans: unknown, done: (result: { code: number }) => void) => done({ code: 0 }),
    shutdown: async () => {},
  };
  const provider = new NodeTracerProvider({
    sampler: isSampled ? new AlwaysOnSampler() : new AlwaysOffSampler(),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  provider.register(contextManager === null ? { contextManager } : {});
}

function serveOurs(tracing: Partial<ServerTracing>): void {
  serve(handlerOf([], tracing));
}

function serveInstrumented(isSampled: boolean): void {
  installSdk(isSampled);
  new HttpInstrumentation().enable();
  // What is patched is the prototype of servers, as soon as somebody requires the module.
  createRequire(import.meta.url)('node:http');
  serve(plainListener);
}

const variants: Readonly<Record<string, () => void>> = {
  bare: () => serveOurs({}),
  'bare again': () => serveOurs({}),
  'no SDK': () => serveOurs(traceServer()),
  'sampled out'() {
    installSdk(false);
    serveOurs(traceServer());
  },
  'sampled in'() {
    installSdk(true);
    serveOurs(traceServer());
  },
  'no context manager'() {
    installSdk(true, null);
    serveOurs(traceServer());
  },
  plain: () => serve(plainListener),
  'auto, sampled out': () => serveInstrumented(false),
  'auto, sampled in': () => serveInstrumented(true),
};

const variant = variants[process.argv[2] ?? ''];
if (variant === undefined) throw new Error(`no such variant: ${process.argv[2]}`);
variant();

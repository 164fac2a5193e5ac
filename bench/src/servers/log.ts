import { openSync, writeSync } from 'node:fs';
import { chain, type Middleware } from '@fairlead/endpoint';
import {
  type HttpHandlerOptions,
  httpHandler,
  jsonBody,
  type NodeServerCall,
} from '@fairlead/http';
import { accessLog, accessLogHooks, type LoggerOptions, logger, pinoLogger } from '@fairlead/log';
import { pino } from 'pino';
import { pinoHttp } from 'pino-http';
import { plainListener } from './plain-listener.ts';
import { serve } from './serve.ts';
import { fiveLayers, type SumRequest, type SumResponse, sum } from './sum.ts';

type Options = HttpHandlerOptions<SumRequest, SumResponse, NodeServerCall>;

const nowhere = openSync('/dev/null', 'w');

function ours(format: LoggerOptions['format']) {
  return logger({ format, write: (line) => void writeSync(nowhere, line) });
}

function toPino() {
  return pino({ base: null }, pino.destination({ dest: '/dev/null', sync: true }));
}

function serveOurs(layers: readonly Middleware[], hooks: Partial<Options> = {}): void {
  const endpoint = chain(...layers, ...fiveLayers)(sum);
  serve(httpHandler(endpoint, { decode: jsonBody<SumRequest>(), methods: ['POST'], ...hooks }));
}

function servePinoHttp(): void {
  const log = pinoHttp({ logger: toPino() });
  serve((request, response) => {
    log(request, response);
    plainListener(request, response);
  });
}

const variants: Readonly<Record<string, () => void>> = {
  bare: () => serveOurs([]),
  'bare again': () => serveOurs([]),
  json: () => serveOurs([accessLog(ours('json'))]),
  logfmt: () => serveOurs([accessLog(ours('logfmt'))]),
  hooks: () => serveOurs([], accessLogHooks(ours('json'))),
  pino: () => serveOurs([accessLog(pinoLogger(toPino()))]),
  off: () => serveOurs([accessLog(ours('json'), { level: () => 'debug' })]),
  plain: () => serve(plainListener),
  'pino-http': servePinoHttp,
};

const variant = variants[process.argv[2] ?? ''];
if (variant === undefined) throw new Error(`no such variant: ${process.argv[2]}`);
variant();

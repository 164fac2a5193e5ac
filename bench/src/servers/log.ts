import { openSync, writeSync } from 'node:fs';
import { accessLog, accessLogHooks, type LoggerOptions, logger, pinoLogger } from '@fairlead/log';
import { pino } from 'pino';
import { pinoHttp } from 'pino-http';
import { handlerOf } from './fairlead-handler.ts';
import { plainListener } from './plain-listener.ts';
import { serve } from './serve.ts';

const nowhere = openSync('/dev/null', 'w');

function ours(format: LoggerOptions['format']) {
  return logger({ format, write: (line) => void writeSync(nowhere, line) });
}

function toPino() {
  return pino({ base: null }, pino.destination({ dest: '/dev/null', sync: true }));
}

function servePinoHttp(): void {
  const log = pinoHttp({ logger: toPino() });
  serve((request, response) => {
    log(request, response);
    plainListener(request, response);
  });
}

const variants: Readonly<Record<string, () => void>> = {
  bare: () => serve(handlerOf([])),
  'bare again': () => serve(handlerOf([])),
  json: () => serve(handlerOf([accessLog(ours('json'))])),
  logfmt: () => serve(handlerOf([accessLog(ours('logfmt'))])),
  hooks: () => serve(handlerOf([], accessLogHooks(ours('json')))),
  pino: () => serve(handlerOf([accessLog(pinoLogger(toPino()))])),
  off: () => serve(handlerOf([accessLog(ours('json'), { level: () => 'debug' })])),
  plain: () => serve(plainListener),
  'pino-http': servePinoHttp,
};

const variant = variants[process.argv[2] ?? ''];
if (variant === undefined) throw new Error(`no such variant: ${process.argv[2]}`);
variant();

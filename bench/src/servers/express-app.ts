import express, { type Express } from 'express';

/** An Express 5 application that sends no header of its own, so that every server sends the same ones. */
export function bareExpress(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  return app;
}

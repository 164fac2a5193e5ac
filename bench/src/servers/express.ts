import express from 'express';
import { bareExpress } from './express-app.ts';
import { serve } from './serve.ts';

const app = bareExpress();
app.post('/sum', express.json(), (request, response) => {
  const { a, b, items } = request.body;
  response.json({ v: a + b, items });
});
serve(app);

const integer = { type: 'integer' };
const item = { type: 'object', properties: { id: integer, name: { type: 'string' } } };
const items = { type: 'array', items: item };

/** Of `/sum`, both ways: Fastify checks the one and writes the other by it. */
export const schema = {
  body: { type: 'object', required: ['a', 'b'], properties: { a: integer, b: integer, items } },
  response: { 200: { type: 'object', properties: { v: integer, items } } },
};

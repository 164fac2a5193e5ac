import type { RequestListener } from 'node:http';
import { chain, type Middleware } from '@fairlead/endpoint';
import express, { type RequestHandler } from 'express';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  group,
  type HttpHandler,
  jsonBody,
  type PathParams,
  type RouteNode,
  route,
  routes,
} from '../index.ts';

const echo = async (text: string) => ({ text });
const sum = async ({ a, b }: { a: number; b: number }) => ({ v: a + b });
const passing: Middleware = (next) => next;

describe('PathParams', () => {
  it('has the names of the path text', () => {
    expectTypeOf<keyof PathParams<'/'>>().toEqualTypeOf<never>();
    expectTypeOf<keyof PathParams<'/profiles'>>().toEqualTypeOf<never>();
    expectTypeOf<PathParams<'/profiles/:id'>>().toEqualTypeOf<{ readonly id: string }>();
    expectTypeOf<PathParams<'/:a/b/:c_1/d'>>().toEqualTypeOf<{
      readonly a: string;
      readonly c_1: string;
    }>();
    expectTypeOf<PathParams<'/files/:disk/*'>>().toEqualTypeOf<{
      readonly disk: string;
      readonly '*': string;
    }>();
    expectTypeOf<PathParams<'/posts/:year/:month?'>>().toEqualTypeOf<{
      readonly year: string;
      readonly month?: string | undefined;
    }>();
  });

  it('knows no name where the compiler knows no text', () => {
    expectTypeOf<PathParams<string>>().toEqualTypeOf<Readonly<Record<string, string>>>();
  });

  it('of one path or another has the parameters of one or the other', () => {
    type Either = PathParams<'/a/:x' | '/b/:y'>;
    expectTypeOf<Either>().toEqualTypeOf<{ readonly x: string } | { readonly y: string }>();
  });
});

describe('route', () => {
  it('types the parameters of its decoder', () => {
    const node = route('GET', '/profiles/:id/:part?', echo, {
      decode: ({ params, query }) => {
        expectTypeOf(params.id).toEqualTypeOf<string>();
        expectTypeOf(params.part).toEqualTypeOf<string | undefined>();
        expectTypeOf(query).toEqualTypeOf<URLSearchParams>();
        return params.id;
      },
    });
    expectTypeOf(node).toEqualTypeOf<RouteNode>();
    route('GET', '/files/*', echo, { decode: ({ params }) => params['*'] });
  });

  it('refuses a parameter that the path does not have', () => {
    // @ts-expect-error it is called id
    route('GET', '/profiles/:id', echo, { decode: ({ params }) => params.name });
    // @ts-expect-error there is none
    route('GET', '/profiles', echo, { decode: ({ params }) => params.id });
    // @ts-expect-error it may be missing
    route('GET', '/profiles/:id?', echo, { decode: ({ params }) => params.id });
  });

  it('refuses what is no method, no path or no decoder of the endpoint', () => {
    const decode = (): string => '';
    // @ts-expect-error methods are in capitals
    route('get', '/', echo, { decode });
    // @ts-expect-error a path starts with a slash
    route('GET', 'profiles', echo, { decode });
    // @ts-expect-error the endpoint takes a text
    route('GET', '/', echo, { decode: () => 7 });
    // @ts-expect-error the route has the method already
    route('GET', '/', echo, { decode, methods: ['GET'] });
  });

  it('takes a schema and types the response that hooks see', () => {
    route('POST', '/sum', sum, {
      decode: jsonBody(z.object({ a: z.number(), b: z.number() })),
      after: [(_ctx, _call, response) => void expectTypeOf(response.v).toEqualTypeOf<number>()],
      encode: ({ v }) => ({ status: 200, headers: {}, body: String(v) }),
    });
    // @ts-expect-error b is missing
    route('POST', '/sum', sum, { decode: jsonBody(z.object({ a: z.number() })) });
  });
});

describe('group', () => {
  it('takes middlewares, routes, groups and defaults', () => {
    const inner = group('/inner', [], [route('GET', '', echo, { decode: () => '' })]);
    group('/v1', [passing, chain(passing)], [inner], { service: 'a', maxBodyBytes: 1 });
    // @ts-expect-error a name belongs to one route
    group('/v1', [], [inner], { name: 'a' });
  });

  it('lets decoders inside see the parameters of the prefix', () => {
    group('/tenants/:tenant', [], (inside) => [
      inside.route('GET', '/users/:id', echo, {
        decode: ({ params: { tenant, id } }) => tenant + id,
      }),
      inside.group('/sites/:site', [], ({ route }) => [
        route('GET', '/:id', echo, { decode: ({ params: p }) => p.tenant + p.site + p.id }),
        // @ts-expect-error no such parameter
        route('GET', '/:id', echo, { decode: ({ params }) => params.user }),
      ]),
    ]);
  });
});

describe('routes', () => {
  it('makes what node:http and Express take', () => {
    const handler = routes([route('GET', '/', echo, { decode: () => '' })], {
      maxParamLength: 20,
      after: [(_ctx, _call, response) => void expectTypeOf(response).toEqualTypeOf<unknown>()],
    });
    expectTypeOf(handler).toEqualTypeOf<HttpHandler>();
    expectTypeOf(handler).toExtend<RequestListener>();
    expectTypeOf(handler).toExtend<RequestHandler>();
    express().use('/api', handler);
  });
});

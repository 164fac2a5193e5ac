import type { ClientCall, ServerCall } from '@fairlead/transport';
import type { Attributes } from '@opentelemetry/api';
import { addAddress } from './address.ts';
import type { Convention } from './convention.ts';
import { metricNames, names } from './names.ts';

/** The methods that a metric may name; any other is a word of whoever called. */
const methods: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
]);

const otherMethod = '_OTHER';

/** How much of a text from outside an attribute holds, in characters. */
const maxText = 1024;

/** What a host header may be, before it is called the server's address. */
const hostHeader = /^(?:[\w.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

const server = { address: names.serverAddress, port: names.serverPort };
const client = { address: names.clientAddress, port: names.clientPort };

/** What of a call over HTTP is looked at; those of `@fairlead/http` have all of it. */
export interface HttpCall {
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly origin?: string | undefined;
  readonly request?: HostRequest | undefined;
}

/** A request as Node or a host of the fetch standard has it. */
interface HostRequest {
  readonly url?: string | undefined;
  readonly httpVersion?: string | undefined;
  /** Over HTTP/2, in place of the header `host`. */
  readonly authority?: string | undefined;
  readonly socket?: { readonly encrypted?: boolean | undefined } | undefined;
}

/** Calls over HTTP: https://opentelemetry.io/docs/specs/semconv/http/. */
export const http: Convention = {
  duration: {
    server: metricNames.httpServerRequestDuration,
    client: metricNames.httpClientRequestDuration,
  },
  dimensions(call) {
    const { operation } = call;
    const { method = '', origin, request } = httpCall(call);
    const attributes: Attributes = {
      [names.httpRequestMethod]: methods.has(method) ? method : otherMethod,
    };
    if (operation.side === 'client') {
      addAddress(attributes, server, operation.peer);
      if (origin !== undefined) attributes[names.serverPort] ??= defaultPort(origin);
      return attributes;
    }
    attributes[names.urlScheme] = schemeOf(request);
    const route = routeOf(operation.method);
    if (route !== undefined) attributes[names.httpRoute] = route;
    if (request?.httpVersion !== undefined)
      attributes[names.networkProtocolVersion] = request.httpVersion.replace('.0', '');
    return attributes;
  },
  addDetails(attributes, call, attempt) {
    const { method = '', path = '', origin, request } = httpCall(call);
    if (attributes[names.httpRequestMethod] === otherMethod)
      attributes[names.httpRequestMethodOriginal] = method.slice(0, 32);
    // Never the query, on either side: that is where secrets are put.
    const plainPath = withoutQuery(path).slice(0, maxText);
    if (call.operation.side === 'client') {
      if (origin !== undefined) attributes[names.urlFull] = origin + plainPath;
      if (attempt !== undefined && attempt > 1)
        attributes[names.httpRequestResendCount] = attempt - 1;
      return;
    }
    attributes[names.urlPath] = plainPath;
    addAddress(attributes, client, call.operation.peer);
    const { requestMetadata } = call;
    const host = request?.authority ?? requestMetadata.get('host');
    if (host !== undefined && hostHeader.test(host)) addAddress(attributes, server, host);
    const agent = requestMetadata.get('user-agent');
    if (agent !== undefined) attributes[names.userAgentOriginal] = agent.slice(0, maxText);
  },
  spanName(call, dimensions) {
    const { method: name } = call.operation;
    const method = dimensions[names.httpRequestMethod];
    const verb = method === otherMethod ? 'HTTP' : String(method);
    const route = routeOf(name);
    if (route !== undefined) return `${verb} ${route}`;
    // An operation without a name of its own has that of the method, which may be any word.
    return name === httpCall(call).method ? verb : name;
  },
  verdict({ side }, { status, error }) {
    const attributes: Attributes = {};
    if (status > 0) attributes[names.httpResponseStatusCode] = status;
    // A stream may fail after its status has gone out.
    const isFailure =
      side === 'client'
        ? error !== undefined
        : status >= 500 || (error !== undefined && status < 400);
    if (isFailure)
      attributes[names.errorType] = status >= 400 ? String(status) : (error?.code ?? '');
    return { attributes, isFailure };
  },
};

function httpCall(call: ServerCall | ClientCall): HttpCall {
  // Sound: all members are optional, and a type test shows that HTTP's own calls have them.
  return call as ServerCall & HttpCall;
}

/** The path of `GET /profiles/:id`, or of `/files/*`; undefined for any other name. */
function routeOf(name: string): string | undefined {
  const start = name.indexOf('/');
  if (start < 0 || name.indexOf(' ') !== start - 1) return undefined;
  return name.slice(start);
}

function schemeOf(request: HostRequest | undefined): 'http' | 'https' {
  if (request?.socket !== undefined) return request.socket.encrypted === true ? 'https' : 'http';
  return request?.url?.startsWith('https:') === true ? 'https' : 'http';
}

function defaultPort(origin: string): number {
  return origin.startsWith('https:') ? 443 : 80;
}

function withoutQuery(path: string): string {
  const end = path.indexOf('?');
  return end < 0 ? path : path.slice(0, end);
}

import { type Endpoint, type Handler, lift, type Middleware } from '@fairlead/endpoint';
import type { NamedLayer } from './named-layer.ts';

/** A layer that was applied, and the endpoint that came of it. */
interface Step<Req, Res> {
  readonly layer: Middleware;
  readonly endpoint: Endpoint<Req, Res>;
}

/** What can be given other layers, whatever the shape of its endpoint. */
export interface Rebindable {
  /** Applies the layers, which may throw; what it returns puts them to use, and cannot fail. */
  prepare(layers: readonly NamedLayer[]): () => void;
}

/** One endpoint and the layers around it. A class, as `current` is read at every call. */
export class BoundChain<Req, Res> implements Rebindable {
  /** What a call goes to now. A call in flight stays with what it began with. */
  current: Endpoint<Req, Res>;
  private readonly endpoint: Endpoint<Req, Res>;
  /** The innermost first. */
  private steps: readonly Step<Req, Res>[] = [];

  constructor(endpoint: Handler<Req, Res>, layers: readonly NamedLayer[]) {
    this.endpoint = lift(endpoint);
    this.current = this.endpoint;
    this.prepare(layers)();
  }

  prepare(layers: readonly NamedLayer[]): () => void {
    const steps: Step<Req, Res>[] = [];
    let next = this.endpoint;
    // What nothing has changed inside of is kept as it is, with what it remembers.
    let isKept = true;
    for (const [name, layer] of layers.toReversed()) {
      const was = this.steps[steps.length];
      isKept &&= was?.layer === layer;
      next = isKept && was !== undefined ? was.endpoint : applied(name, layer, next);
      steps.push({ layer, endpoint: next });
    }
    return () => {
      this.steps = steps;
      this.current = next;
    };
  }
}

function applied<Req, Res>(
  name: string,
  layer: Middleware,
  next: Endpoint<Req, Res>,
): Endpoint<Req, Res> {
  const endpoint: unknown = layer(next);
  if (typeof endpoint !== 'function') {
    throw new TypeError(`layer '${name}' must make an endpoint, but made ${String(endpoint)}`);
  }
  // Sound: a middleware that makes a function makes an endpoint of the same shape, says its type.
  return endpoint as Endpoint<Req, Res>;
}

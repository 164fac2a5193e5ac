import { background, type Endpoint, type Middleware } from '@fairlead/endpoint';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { heldEndpoint, promisesSettled } from '../test/calls.ts';
import { type Edit, type Entry, edit, type Model, shown } from '../test/layer-model.ts';
import { swappable } from './swappable.ts';

/*
 * Random edits, one at a time and several at once, valid and not, with calls begun and answered in between,
 * on two endpoints: at every step the slot is what a plain list says. Seen red with each of these, one at a time:
 * - `move` that looks its place up in the list with the layer still in it;
 * - an update that reaches the first endpoint only;
 * - a chain that keeps what a layer made of its endpoint, whatever has changed inside of that.
 */

type Step =
  | { readonly type: 'edit'; readonly edits: readonly Edit[]; readonly atOnce: boolean }
  | { readonly type: 'call'; readonly endpoint: 0 | 1 }
  | { readonly type: 'answer' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: edit.map((one): Step => ({ type: 'edit', edits: [one], atOnce: false })),
  },
  {
    weight: 2,
    arbitrary: fc
      .array(edit, { maxLength: 4 })
      .map((edits): Step => ({ type: 'edit', edits, atOnce: true })),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(0 as const, 1 as const)
      .map((endpoint): Step => ({ type: 'call', endpoint })),
  },
  { weight: 2, arbitrary: fc.constant<Step>({ type: 'answer' }) },
);

/** Shows itself on the way in and on the way back, each time with what it was given. */
function layer({ name, version }: Entry): Middleware {
  const label = `${name}${version}`;
  return <Req, Res>(next: Endpoint<Req, Res>): Endpoint<Req, Res> =>
    async (request, ctx) => {
      // Sound for this test, whose requests and answers are lists of texts.
      const answer = await next([...(request as string[]), label] as Req, ctx);
      return [label, ...(answer as string[])] as Res;
    };
}

const first: Model = ['a', 'b', 'c'].map((name) => ({ name, version: 0 }));

/** A slot beside the list that it should be, and two endpoints whose calls the test answers. */
class Scene {
  private readonly slot = swappable(first.map((entry) => [entry.name, layer(entry)]));
  private readonly held = heldEndpoint<string[], string[]>();
  private readonly endpoints = [
    this.slot(this.held.endpoint),
    this.slot(this.held.endpoint),
  ] as const;
  private readonly inFlight: { readonly answer: Promise<string[]>; readonly began: Model }[] = [];
  private readonly told: string[] = [];
  private readonly toBeTold: string[] = [];
  private model: Model = first;
  private version = 0;
  private answered = 0;

  constructor() {
    this.slot.subscribe(({ layers }) => this.told.push(layers.join(' ')));
  }

  async take(step: Step): Promise<void> {
    if (step.type === 'edit') this.edit(step.edits, step.atOnce);
    else if (step.type === 'answer') await this.answer();
    else {
      const answer = this.endpoints[step.endpoint]([], background);
      this.inFlight.push({ answer, began: this.model });
      await promisesSettled();
    }
    expect(this.slot.layers).toEqual(this.model.map(({ name }) => name));
    expect(this.told).toEqual(this.toBeTold);
  }

  async end(): Promise<void> {
    while (this.inFlight.length > 0) await this.answer();
  }

  private edit(edits: readonly Edit[], atOnce: boolean): void {
    const made = edits.map((one) => one((name) => ({ name, version: ++this.version })));
    const after = made.reduce<Model | undefined>(
      (so, { onModel }) => so && onModel(so),
      this.model,
    );
    const run = (): void => {
      if (!atOnce) made[0]?.onSlot(this.slot, layer);
      else {
        this.slot.update((draft) => {
          for (const { onSlot } of made) onSlot(draft, layer);
        });
      }
    };
    if (after === undefined) {
      expect(run).toThrow();
      return;
    }
    run();
    this.model = after;
    if (made.length > 0) this.toBeTold.push(after.map(({ name }) => name).join(' '));
  }

  private async answer(): Promise<void> {
    const first = this.inFlight.shift();
    if (first === undefined) return;
    const { request, answer } = this.held.call(this.answered++);
    expect(request.join(' ')).toBe(shown(first.began));
    answer([]);
    expect((await first.answer).join(' ')).toBe(shown(first.began));
  }
}

it('is a list of layers, for every call the one that it began with', {
  timeout: 30_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const scene = new Scene();
      for (const one of steps) await scene.take(one);
      await scene.end();
    }),
    { numRuns: 200 },
  );
});

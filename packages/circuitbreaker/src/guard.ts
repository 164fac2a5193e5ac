import type { Clock, Middleware } from '@fairlead/endpoint';
import type { Machine, MachineRules } from './machine.ts';

/** The middleware of a breaker. */
export function guard(machine: Machine, { tripwires, clock }: MachineRules): Middleware {
  return tripwires.some(({ timed }) => timed) ? timedGuard(machine, clock) : plainGuard(machine);
}

/**
 * A call costs one promise and nothing else: the functions that follow it are those of all calls of its
 * generation.
 */
function plainGuard(machine: Machine): Middleware {
  return (next) =>
    function guarded(request, ctx) {
      const refusal = machine.isFree ? undefined : machine.refusal();
      if (refusal !== undefined) return refusal;
      const { generation } = machine;
      generation.requests++;
      return called(next, request, ctx).then(generation.answered, generation.rejected);
    };
}

function timedGuard(machine: Machine, clock: Clock): Middleware {
  return (next) =>
    function guarded(request, ctx) {
      const refusal = machine.isFree ? undefined : machine.refusal();
      if (refusal !== undefined) return refusal;
      const { generation } = machine;
      generation.requests++;
      const start = clock.now();
      return called(next, request, ctx).then(
        (response) => generation.responded(response, clock.now() - start),
        (error: unknown) => generation.failed(error, clock.now() - start),
      );
    };
}

/** An endpoint should not throw; where one does all the same, that must count like a rejection. */
function called<Req, Res, Ctx>(
  next: (request: Req, ctx: Ctx) => Promise<Res>,
  request: Req,
  ctx: Ctx,
): Promise<Res> {
  try {
    return next(request, ctx);
  } catch (error) {
    return Promise.reject(error);
  }
}

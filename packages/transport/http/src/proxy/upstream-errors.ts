import { ServiceError } from '@fairlead/endpoint';
import { httpStatus } from '../status.ts';

/** The error of a target that gave no reply, or none that can be read: 502. Names and addresses stay in its cause. */
export function badGateway(cause: Error): ServiceError {
  const malformed = 'code' in cause && String(cause.code).startsWith('HPE_');
  const message = malformed ? 'the target sent a malformed reply' : 'no reply from the target';
  return Object.assign(new ServiceError('unavailable', message, { cause }), { [httpStatus]: 502 });
}

/** The error of a target that is silent for too long: 504. */
export function silent(idleMs: number): ServiceError {
  return new ServiceError('deadline_exceeded', `nothing moved for ${idleMs} ms`);
}

/** The error of a connection that was not made in time: 504. */
export function unreachable(connectMs: number): ServiceError {
  return Object.assign(
    new ServiceError('unavailable', `no connection to the target within ${connectMs} ms`),
    { [httpStatus]: 504 },
  );
}

import { ServiceError } from '@fairlead/endpoint';
import { httpStatus } from '../status.ts';
import type { StreamedMessage } from './body.ts';

/**
 * Throws where a body says that it is something else than the stream that is expected. A request
 * need not say anything; a reply must.
 */
export function checkStreamType(
  { headers, status }: StreamedMessage,
  types: readonly [string, ...string[]],
): void {
  const given = headers['content-type'];
  const type =
    String(given ?? '')
      .split(';', 1)[0]
      ?.trim()
      .toLowerCase() ?? '';
  const isReply = status !== undefined;
  if (types.includes(type) || (type === '' && !isReply)) return;
  if (isReply) {
    throw new ServiceError(
      'internal',
      `the reply is no stream: ${types[0]} was expected, but its content type is ${JSON.stringify(given ?? '')}`,
    );
  }
  throw Object.assign(
    new ServiceError('invalid_argument', `unsupported content type: send ${types[0]}`),
    { [httpStatus]: 415 },
  );
}

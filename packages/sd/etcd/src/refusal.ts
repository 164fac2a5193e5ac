import { type Code, codes, ServiceError } from '@fairlead/endpoint';

/** What to do about a refusal, where etcd's own text does not say it. */
const remedies: Readonly<Record<string, string>> = {
  permission_denied: 'grant the user access to the keys below the prefix',
  unauthenticated: 'check the user name and the password in auth',
  unavailable: 'check that a majority of the members is alive',
};

/** etcd's refusal as a ServiceError; `body` is what the gateway sent, of whatever shape. */
export function refusal(endpoint: string, status: number, body: unknown): ServiceError {
  const { code, message } = statusIn(body);
  if (message === undefined) {
    return new ServiceError(
      'unavailable',
      `${endpoint} answers with status ${status}, not as etcd does: it must be 3.4 or newer, with its gRPC gateway enabled`,
    );
  }
  const known = meaningOf(codes[(code ?? 0) - 1] ?? 'unknown', message);
  const text = message.replace(/^rpc error: code = \w+ desc = /, '');
  const remedy = remedies[known];
  return new ServiceError(
    known,
    `${endpoint}: ${text}${remedy === undefined ? '' : `: ${remedy}`}`,
  );
}

/** What a call that nobody here ended says of the member alone. */
const ofTheServer: ReadonlySet<Code> = new Set<Code>(['deadline_exceeded', 'unknown', 'canceled']);

function meaningOf(code: Code, message: string): Code {
  // Its own deadline, as it has no majority to ask; its own end, as it stops and drops what is under way.
  if (ofTheServer.has(code)) return 'unavailable';
  // etcd calls it an invalid argument.
  return message.includes('authentication failed') ? 'unauthenticated' : code;
}

/** Whether another member may do better. */
export function isForNextMember({ code }: ServiceError): boolean {
  return code === 'unavailable' || code === 'internal' || code === 'unimplemented';
}

/** Whether a refusal is about the token, which may be too old or from before a restart. */
export function isAboutToken(error: ServiceError): boolean {
  return (
    error.code === 'unauthenticated' ||
    /user name is empty|auth store is old|invalid auth token/.test(error.message)
  );
}

/** The gateway's two shapes: `{code, message}` of an answer, `{grpc_code, message}` in a stream. */
function statusIn(body: unknown): { code?: number; message?: string } {
  if (typeof body !== 'object' || body === null) return {};
  // Sound: each field is looked at before it is used.
  const fields = body as Record<string, unknown>;
  const code = fields['code'] ?? fields['grpc_code'];
  const message = fields['message'] ?? fields['error'];
  return {
    ...(typeof code === 'number' && { code }),
    ...(typeof message === 'string' && { message }),
  };
}

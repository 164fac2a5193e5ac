import {
  type Clock,
  type Code,
  type Context,
  createContext,
  type Operation,
  operation as operationKey,
  ServiceError,
} from '@fairlead/endpoint';
import type { MetadataReader } from '@fairlead/transport';
import { Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { metadataReader } from './metadata.ts';
import { operationOf } from './method.ts';
import { codeOfStatus, statusOfError } from './status.ts';

/** A call whose metadata has come, and none of its messages. */
export interface GrpcArrivedCall {
  /** What is called; `idempotent` only where the method's definition says so. */
  readonly operation: Operation;
  readonly requestMetadata: MetadataReader;
}

/**
 * Lets a call in or throws a ServiceError, with which it is answered then. What it returns is called
 * once, when the call is over: with the code that it ended with, or none where it went well. The
 * context has the call's deadline and operation, and is for this decision alone.
 */
export type GrpcAdmission = (
  ctx: Context,
  call: GrpcArrivedCall,
) => ((code: Code | undefined) => void) | undefined;

/**
 * Decides about each call before its messages are read: grpc-js reads and decodes the request of a
 * unary call before it calls the handler, so a handler's hooks come too late to save that.
 */
export function admissionInterceptor(admit: GrpcAdmission, clock: Clock): ServerInterceptor {
  const operations = new Map<string, Operation>();

  return (method, call) => {
    let leave: ((code: Code | undefined) => void) | undefined;
    const end = (code: Code | undefined): void => {
      const told = leave;
      leave = undefined;
      told?.(code);
    };

    function decide(metadata: Metadata): void {
      // Only methods that are served come here, so that the map has an end.
      const known = operations.get(method.path) ?? operationOf('server', method, {});
      operations.set(method.path, known);
      const operation = { ...known, peer: call.getPeer() };
      const timeoutMs = Math.max(0, Number(call.getDeadline()) - Date.now());
      const ctx = createContext({ timeoutMs, clock });
      const requestMetadata = metadataReader(metadata);
      leave = admit(ctx.with(operationKey, operation), { operation, requestMetadata });
    }

    return new ServerInterceptingCall(call, {
      start(start) {
        start({
          onReceiveMetadata(metadata, pass) {
            try {
              decide(metadata);
            } catch (thrown) {
              const {
                code,
                details,
                metadata: trailers,
              } = statusOfError(ServiceError.from(thrown));
              call.sendStatus({ code, details, metadata: trailers ?? new Metadata() });
              return;
            }
            pass(metadata);
          },
          onCancel: () => end('canceled'),
        });
      },
      sendStatus(status, send) {
        send(status);
        end(status.code === 0 ? undefined : codeOfStatus(status.code));
      },
    });
  };
}

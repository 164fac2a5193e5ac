import { ServiceError } from '@fairlead/endpoint';
import type { StandardSchemaV1 } from '@standard-schema/spec';

/** One thing that is wrong with a value, and where: `path` is a JSON pointer (RFC 6901), `''` for the whole. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** How many issues an error reports: a hostile value could have a million. */
const maxIssues = 100;

/** How long a path or a message may get: a hostile key can be as long as the body, in every issue again. */
const maxText = 500;

/**
 * What a Standard Schema (zod, valibot, arktype, …) makes of a value, or a ServiceError of code
 * `invalid_argument` whose `details.issues` say what is wrong and where. `subject` names the value there.
 */
export async function validate<Schema extends StandardSchemaV1>(
  schema: Schema,
  value: unknown,
  subject = 'request',
): Promise<StandardSchemaV1.InferOutput<Schema>> {
  return await checked(schema, value, subject);
}

/** Like {@link validate}, but at once where the schema answers at once, as most do. */
export function checked<Schema extends StandardSchemaV1>(
  schema: Schema,
  value: unknown,
  subject: string,
): StandardSchemaV1.InferOutput<Schema> | Promise<StandardSchemaV1.InferOutput<Schema>> {
  const result = schema['~standard'].validate(value);
  return 'then' in result
    ? result.then((later) => outputOf(later, subject))
    : outputOf(result, subject);
}

function outputOf<T>(result: StandardSchemaV1.Result<T>, subject: string): T {
  if (result.issues === undefined) return result.value;
  const issues = result.issues.slice(0, maxIssues).map(toIssue);
  const first = issues[0];
  const reason = first === undefined ? 'invalid' : `${first.path} ${first.message}`.trim();
  throw new ServiceError('invalid_argument', `invalid ${subject}: ${reason}`, {
    details: { issues },
  });
}

function toIssue({ message, path = [] }: StandardSchemaV1.Issue): Issue {
  return { path: clip(path.map(pointerStep).join('')), message: clip(message) };
}

function clip(text: string): string {
  return text.length <= maxText ? text : `${text.slice(0, maxText)}…`;
}

function pointerStep(segment: PropertyKey | StandardSchemaV1.PathSegment): string {
  const key = typeof segment === 'object' ? segment.key : segment;
  return `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

import { background, ServiceError } from '@fairlead/endpoint';
import { serverProtection } from './protection.ts';
import { addService } from './service.ts';

/** The limiter and the breaker of Go kit's addsvc, asked for ten sums at once. */
export async function showProtection(print: (line: string) => void): Promise<void> {
  const service = serverProtection('go-kit').protect(addService);
  print("Ten sums at once, with the limiter and the breaker of Go kit's addsvc in front");
  const counts = new Map<string, number>();
  for (let i = 1; i <= 10; i++) {
    const answer = await service.sum({ a: i, b: 1 }, background).then(() => 'answered', describe);
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  for (const [answer, count] of counts) print(`  ${String(count).padStart(2)} ${answer}`);
  print('');
}

function describe(error: unknown): string {
  const { code, message } = ServiceError.from(error);
  return `${code}: ${message}`;
}

import type { Subject } from './subject.ts';
export const grpcSubject: Subject = async () => [];

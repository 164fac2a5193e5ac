import ky from 'ky';
import { callInParallel, url } from './call.mjs';

callInParallel(() => ky.post(url, { json: { a: 1, b: 2 } }).json());

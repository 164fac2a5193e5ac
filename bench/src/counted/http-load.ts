import { openConnection } from '../load/connection.ts';
import { post } from '../load/post.ts';
import { serveCalls } from './serve-calls.ts';

// One connection, so that the server finds one request in each turn of its loop, however busy the machine is.
const request = post('/sum', 0);
let answered: ((value?: undefined) => void) | undefined;
const socket = await openConnection(Number(process.argv[2]), () => answered?.());

serveCalls(
  () =>
    new Promise((resolve) => {
      answered = resolve;
      socket.write(request);
    }),
);

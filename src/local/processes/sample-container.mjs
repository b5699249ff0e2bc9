// Stands for every container image in the local stack: it notes when it started and when it was told to stop
// in a file in its home, and does nothing else in between.
import { appendFileSync } from 'node:fs';

// The task's environment comes as data: NODE_OPTIONS and the like from a socket must not reach this process's start.
Object.assign(process.env, JSON.parse(process.env.CONTAINER_ENVIRONMENT ?? '{}'));

const note = (event) => appendFileSync('container.log', `${new Date().toISOString()} ${event}\n`);

process.on('SIGTERM', () => {
  note('SIGTERM');
  if (process.env.IGNORE_SIGTERM !== '1') process.exit(0);
});

note('started');
// The stack takes the first output as the sign that the container is ready for signals.
console.log('ready');
setInterval(() => {}, 2 ** 30);

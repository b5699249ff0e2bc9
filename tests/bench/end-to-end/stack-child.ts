import { startStack } from '../../../src/local/stack.ts';
import type { StackAnswer, StackOrder, StackQuestion } from './stack-process.ts';

// The process of `startStackProcess`: the local stack in real time, until its parent says otherwise or is gone.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const order = JSON.parse(process.argv[2] ?? '{}') as StackOrder;
const problems: string[] = [];
const note = (message: string, fields: object = {}) =>
  void problems.push(`${message} ${JSON.stringify(fields)}`);
const silent = () => {};

const stack = await startStack({
  ...order,
  port: 0,
  httpPort: 0,
  speed: 1,
  deliveries: 1,
  observer: { info: silent, warn: note, error: note, count: silent },
  log: note,
  onFailure: (error) => note(String(error)),
});
stack.run();

async function answer(question: StackQuestion): Promise<StackAnswer> {
  if (question === 'stop') await stack.stop();
  else await stack.inFlight.settled();
  const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  return {
    problems,
    rssMiB: mebibytes(process.memoryUsage.rss()),
    // Node gives it in KiB.
    mostRssMiB: mebibytes(process.resourceUsage().maxRSS * 1_024),
  };
}

process.on('message', async (question: StackQuestion) => {
  process.send?.(await answer(question));
  if (question === 'stop') process.disconnect();
});
process.on('disconnect', () => void stack.stop().finally(() => process.exit(0)));
process.send?.({
  url: stack.url,
  httpUrl: stack.httpUrl,
  scheduleGroup: stack.configuration.schedules.group,
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const RUNNER = fileURLToPath(new URL('run-bundle.mjs', import.meta.url));
/** Of what a function has last written, for when it fails. */
const KEPT_CHARACTERS = 2_000;

export interface BundleOptions {
  /** With the unpacked code. */
  folder: string;
  /** As deployed, e.g. `src/lambda.provision`. */
  handler: string;
  /** All of it: nothing is inherited. */
  environment: Record<string, string>;
  timeoutSeconds: number;
}

type Reply = { kind: 'returned'; answer: unknown } | { kind: 'threw'; error: string };

/** A deployed function in a process of its own, as Lambda keeps one: started with the first event, one event at a time. */
export class BundleProcess {
  private readonly options: BundleOptions;
  private child: ChildProcess | undefined;
  private written = '';
  private last: Promise<unknown> = Promise.resolve();

  constructor(options: BundleOptions) {
    this.options = options;
  }

  /** Rejects with what the function throws and has last written, or if its timeout is over. */
  invoke(event: unknown): Promise<unknown> {
    const invocation = this.last.then(() => this.invokeNow(event));
    this.last = invocation.catch(() => {});
    return invocation;
  }

  /** The last of what the function has written. */
  get said(): string {
    return this.written.trim();
  }

  async stop(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  private async invokeNow(event: unknown): Promise<unknown> {
    const { handler, timeoutSeconds } = this.options;
    this.child ??= this.start();
    const reply = await replyOf(this.child, event, timeoutSeconds * 1000);
    if (reply?.kind === 'returned') return reply.answer;
    // As on Lambda: what is over its time or has crashed is not used again.
    if (reply === undefined) await this.stop();
    const why = reply?.error ?? `has not answered within its ${timeoutSeconds} s, or has ended`;
    throw new Error(`${handler}: ${why}\n${this.said}`.trim());
  }

  private start(): ChildProcess {
    const { folder, handler, environment } = this.options;
    const child = spawn(process.execPath, [RUNNER, folder, handler], {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const output of [child.stdout, child.stderr]) {
      output?.setEncoding('utf8').on('data', (text: string) => {
        this.written = (this.written + text).slice(-KEPT_CHARACTERS);
      });
    }
    return child;
  }
}

/** Undefined if there is none. */
function replyOf(child: ChildProcess, event: unknown, limitMs: number): Promise<Reply | undefined> {
  return new Promise((resolve) => {
    const end = (reply?: Reply) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit).off('error', onExit);
      resolve(reply);
    };
    const onMessage = (message: unknown) => end(message as Reply);
    const onExit = () => end();
    const timer = setTimeout(end, limitMs);
    child.on('message', onMessage).on('exit', onExit).on('error', onExit);
    child.send({ event }, (error) => {
      if (error) end();
    });
  });
}
